"""One command at a time changes a suite."""

import subprocess
import sys
from pathlib import Path

import pytest

from slipway.state.locking import exclusive
from slipway.terminal.problems import BUSY, Problem

_HOLDER = """
import sys, time
from pathlib import Path
from slipway.state.locking import exclusive
with exclusive(Path(sys.argv[1]), "up"):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", _HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_command_is_told_who_is_at_work(tmp_path: Path) -> None:
    with holder(tmp_path / "lock") as process:
        with pytest.raises(Problem, match=f"`slipway up` \\(process {process.pid}\\)") as caught:
            exclusive(tmp_path / "lock", "down").__enter__()
        process.kill()
    assert caught.value.code == BUSY


def test_a_killed_command_holds_nothing(tmp_path: Path) -> None:
    with holder(tmp_path / "lock") as process:
        process.kill()
        process.wait()
        with exclusive(tmp_path / "lock", "up"):
            pass


def test_one_that_waits_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    with holder(tmp_path / "lock") as process:
        process.terminate()
        with exclusive(tmp_path / "lock", "up", wait=True):
            assert process.wait() != 0
