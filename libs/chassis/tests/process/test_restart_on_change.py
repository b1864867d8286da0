"""A process that ends when its environment file changes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.process.restart_on_change import fingerprint

_PROGRAM = """
from chassis.process.background import run_all, stop_on_signals
stop = stop_on_signals()
print("ready", flush=True)
run_all({"idle": lambda stop: stop.wait()}, stop)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "environment.json"
    path.write_text("{}")
    return path


@pytest.fixture
def process(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that has read the file."""
    libs = str(Path(__file__).parents[3])
    told = {"ENVIRONMENT_FILE": str(file), "ENVIRONMENT_READ": fingerprint(b"{}"), "PYTHONPATH": libs}
    running = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], env={**os.environ, **told}, stdout=subprocess.PIPE
    )
    assert running.stdout is not None
    running.stdout.readline()
    yield running
    running.kill()
    running.communicate()


def _goes_on(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        return True
    return False


def test_a_changed_file_ends_it_in_order(process: subprocess.Popen[bytes], file: Path) -> None:
    file.write_text('{"A": "1"}')
    assert process.wait(30) == 0


def test_the_same_file_written_again_does_not(process: subprocess.Popen[bytes], file: Path) -> None:
    fresh = file.with_name("fresh")
    fresh.write_text("{}")
    fresh.replace(file)
    assert _goes_on(process)


def test_a_file_that_is_gone_for_a_while_does_not(process: subprocess.Popen[bytes], file: Path) -> None:
    file.unlink()
    assert _goes_on(process)
