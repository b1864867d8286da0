from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Transient
from chassis.process.background import LONGEST_PAUSE, Periodic, backoff, repeat, run_all


@given(st.integers(1, 10_000))
def test_a_pause_is_never_long_and_never_none(attempt: int) -> None:
    assert 0 < backoff(attempt) <= LONGEST_PAUSE


@given(st.integers(1, 5))
def test_pauses_grow(attempt: int) -> None:
    assert backoff(attempt, longest=1000) <= backoff(attempt + 2, longest=1000)


def test_pauses_differ_so_that_many_do_not_come_back_together() -> None:
    assert len({backoff(3) for _ in range(20)}) > 10


@pytest.mark.parametrize("trouble", [Transient("away"), ZeroDivisionError("a bug")])
def test_periodic_work_survives_its_failures_and_is_tried_again_soon(trouble: Exception) -> None:
    stop, runs = threading.Event(), []

    def run() -> None:
        runs.append(time.monotonic())
        if len(runs) < 3:
            raise trouble
        stop.set()

    thread = threading.Thread(target=repeat, args=(Periodic("sweep", 3600, run), stop))
    thread.start()
    thread.join(60)
    assert len(runs) == 3


def test_periodic_work_waits_for_its_period() -> None:
    stop, runs = threading.Event(), []

    def run() -> None:
        runs.append(time.monotonic())
        if len(runs) == 3:
            stop.set()

    thread = threading.Thread(target=repeat, args=(Periodic("sweep", 0.2, run), stop))
    thread.start()
    thread.join(60)
    assert len(runs) == 3
    assert all(later - earlier > 0.19 for earlier, later in pairwise(runs))


def test_tasks_run_until_they_are_stopped_and_show_that_they_are_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTBEAT_FILE", str(tmp_path / "beat"))
    stop, ended = threading.Event(), []

    def task(stopping: threading.Event) -> None:
        stopping.wait()
        ended.append(1)

    thread = threading.Thread(target=run_all, args=({"a": task, "b": task}, stop))
    thread.start()
    time.sleep(0.2)
    assert (tmp_path / "beat").exists()
    stop.set()
    thread.join(60)
    assert ended == [1, 1]


def test_a_task_that_ends_by_itself_ends_the_process_after_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.process.background.BEAT_SECONDS", 0.05)
    finished: list[bool] = []

    def other(stop: threading.Event) -> None:
        stop.wait()
        finished.append(True)

    with pytest.raises(SystemExit) as caught:
        run_all({"broken": lambda _: None, "other": other}, threading.Event())
    assert caught.value.code == 1
    assert finished == [True]


_PROGRAM = """
from chassis.process.background import run_all, stop_on_signals
stop = stop_on_signals()
print("ready", flush=True)
run_all({"idle": lambda stop: stop.wait()}, stop)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_work_in_order(number: signal.Signals) -> None:
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    process.communicate(timeout=120)
    assert process.returncode == 0
