"""What a test run has started ends with it, also when it is killed."""

import os
import signal
import subprocess
import sys

import pytest

from slipway.testing import owner

_PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-I", "-S", *sys.argv[1:]])
time.sleep(60)
"""


def test_the_supervisor_is_told_to_stop_when_the_run_is_gone() -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as run:
        command = [sys.executable, "-c", _PARENT, owner.__file__, str(run.pid)]
        with subprocess.Popen(command) as supervisor:
            assert supervisor.poll() is None
            run.kill()
            assert supervisor.wait(60) == -signal.SIGTERM


def test_a_run_that_is_gone_already_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: told.append((pid, number)))
    with subprocess.Popen(["/bin/true"]) as run:
        run.wait()
    owner.main(run.pid)
    assert told == [(os.getppid(), signal.SIGTERM)]
