"""Long-running work that stops when asked: on SIGTERM and SIGINT what is in hand is finished."""

from __future__ import annotations

import logging
import os
import random
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from chassis.errors import Problem
from chassis.process.restart_on_change import end_when_changed

log = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0
BEAT_SECONDS = 5.0


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM, SIGINT and a changed environment set; call it from the main thread."""
    stop = threading.Event()

    def request(signum: int, _frame: FrameType | None) -> None:
        log.info("stopping", extra={"signal": signal.Signals(signum).name})
        stop.set()

    signal.signal(signal.SIGTERM, request)
    signal.signal(signal.SIGINT, request)
    end_when_changed(os.getpid())
    return stop


def backoff(attempt: int, first: float = 0.5, longest: float = LONGEST_PAUSE) -> float:
    """Return the seconds to wait after the `attempt`th failure in a row (from 1): exponential, half random.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    ceiling = min(longest, first * 2.0 ** min(attempt - 1, 16))
    return ceiling / 2 + random.uniform(0, ceiling / 2)  # noqa: S311  # spreads load, guards nothing


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that is done every `seconds`, first right away; `run` may take long."""

    name: str
    seconds: float
    run: Callable[[], object]


def run_all(tasks: Mapping[str, Callable[[threading.Event], None]], stop: threading.Event) -> None:
    """Run each task in a thread of its own until `stop` is set and all have finished what is in hand.

    A task gets `stop` and returns soon after it is set. One that ends before, by a bug, ends
    the process with status 1 once the others have stopped: its supervisor starts it
    afresh. While all is well the file named by HEARTBEAT_FILE is touched every few seconds.
    """
    threads = [threading.Thread(target=task, args=(stop,), name=name) for name, task in tasks.items()]
    for thread in threads:
        thread.start()
    broken: list[str] = []
    while not stop.is_set():
        beat()
        stop.wait(BEAT_SECONDS)
        broken = [thread.name for thread in threads if not thread.is_alive()]
        if broken and not stop.is_set():
            log.error("task ended by itself", extra={"tasks": broken})
            break
    failed = bool(broken) and not stop.is_set()
    stop.set()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(1)


def beat() -> None:
    """Touch the file named by HEARTBEAT_FILE, where there is one: this process is at work."""
    path = os.environ.get("HEARTBEAT_FILE")
    if path:
        Path(path).touch()


def repeat(periodic: Periodic, stop: threading.Event) -> None:
    """Run `periodic` until `stop`; a failure is logged and tried again, sooner than the period."""
    failures = 0
    while not stop.is_set():
        try:
            periodic.run()
            failures = 0
        except Problem as error:
            failures += 1
            log.warning("periodic work failed", extra={"work": periodic.name, "error": repr(error)})
        except Exception:
            failures += 1
            log.exception("periodic work failed", extra={"work": periodic.name})
        pause = min(periodic.seconds, backoff(failures)) if failures else periodic.seconds
        stop.wait(pause)
