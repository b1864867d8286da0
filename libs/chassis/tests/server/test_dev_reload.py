"""A command that is started again when its sources change."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_RUN = """\
import sys
from pathlib import Path
from chassis.server.dev_reload import Reloader
command = [sys.executable, str(Path(sys.argv[1]) / "it.py"), sys.argv[2]]
sys.exit(Reloader(command, {}, [Path(sys.argv[1])]).run())
"""
_IT = "import sys, time\nwith open(sys.argv[1], 'a') as out: out.write('{}\\n')\n{}\n"
_GO_ON = "time.sleep(60)"


def _eventually(claim: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 120
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.05)
    return claim()


class Running:
    """A reloader of one script, which writes a word whenever it starts."""

    def __init__(self, folder: Path) -> None:
        self.sources = folder / "sources"
        self.sources.mkdir()
        self._words = folder / "words"
        self._words.touch()
        self.change("first")
        command = [sys.executable, "-c", _RUN, str(self.sources), str(self._words)]
        libs = Path(__file__).parents[3]
        self.process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(libs)})

    def change(self, word: str, then: str = _GO_ON) -> None:
        """Write the script anew."""
        (self.sources / "it.py").write_text(_IT.format(word, then))

    def words(self) -> list[str]:
        """Return what was written so far."""
        return self._words.read_text().split()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path)
    assert _eventually(lambda: one.words() == ["first"])
    yield one
    one.process.terminate()
    one.process.wait(30)


def test_a_change_starts_it_again(running: Running) -> None:
    running.change("second")
    assert _eventually(lambda: running.words() == ["first", "second"])


def test_a_mistake_is_mended_by_the_next_change(running: Running) -> None:
    running.change("broken", then="sys.exit(1)")
    assert _eventually(lambda: running.words() == ["first", "broken"])
    running.change("mended")
    assert _eventually(lambda: running.words() == ["first", "broken", "mended"])


def test_a_new_file_counts_as_a_change(running: Running) -> None:
    (running.sources / "other.py").touch()
    assert _eventually(lambda: running.words() == ["first", "first"])


def test_one_that_does_not_end_is_killed_with_it(running: Running, tmp_path: Path) -> None:
    running.change("stubborn", then="import signal; signal.signal(15, signal.SIG_IGN); time.sleep(60)")
    assert _eventually(lambda: running.words() == ["first", "stubborn"])
    [child] = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    assert not Path(f"/proc/{child}").exists()


def test_one_that_ends_in_peace_is_not_started_again(running: Running) -> None:
    running.change("done", then="sys.exit(0)")
    assert running.process.wait(30) == 0
    assert running.words() == ["first", "done"]
