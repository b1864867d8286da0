"""Long-running work that stops when asked: on SIGTERM and SIGINT what is in hand is finished."""

from __future__ import annotations

import logging
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from chassis.errors import Problem

log = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; call it from the main thread."""
    stop = threading.Event()

    def request(signum: int, _frame: FrameType | None) -> None:
        log.info("stopping", extra={"signal": signal.Signals(signum).name})
        stop.set()

    signal.signal(signal.SIGTERM, request)
    signal.signal(signal.SIGINT, request)
    return stop


def backoff(attempt: int, first: float = 0.5, longest: float = LONGEST_PAUSE) -> float:
    """Return the seconds to wait after the `attempt`th failure in a row (from 1): exponential, full jitter.

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
