"""The supervisor goes on where it cannot write: `/dev/full` has no room for anything."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slipway.supervision import supervisord

_FULL = Path("/dev/full")
_CONFIG = """\
[supervisord]
nodaemon=true
silent=true
logfile=supervisord.log
pidfile=supervisord.pid

[program:talker]
command=/bin/sh -c 'while sleep 0.05; do echo a line; done'
redirect_stderr=true
stdout_logfile=talker.log
stdout_logfile_maxbytes=2000
stdout_logfile_backups=1
"""
pytestmark = pytest.mark.skipif(not _FULL.exists(), reason="this system has no /dev/full")


@pytest.fixture
def on_a_full_disk(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor whose every log is on a full disk, its standard error too."""
    (tmp_path / "supervisord.conf").write_text(_CONFIG)
    for name in ("supervisord.log", "talker.log"):
        (tmp_path / name).symlink_to(_FULL)
    command = [sys.executable, "-I", str(Path(supervisord.__file__)), "-c", "supervisord.conf"]
    with _FULL.open("wb") as nowhere:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=nowhere, stderr=nowhere)
    yield process
    process.terminate()
    process.wait(timeout=120)


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_outlives_a_full_disk_and_writes_again_when_there_is_room(
    on_a_full_disk: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    wait_for((tmp_path / "supervisord.pid").exists)
    time.sleep(1)  # the program prints some twenty lines meanwhile
    assert on_a_full_disk.poll() is None
    log = tmp_path / "talker.log"
    log.unlink()
    wait_for(lambda: log.exists() and "a line" in log.read_text())
    assert "blocks of output were lost: the disk was full" in log.read_text()


def test_its_logs_stay_within_their_bound(on_a_full_disk: subprocess.Popen[bytes], tmp_path: Path) -> None:
    wait_for((tmp_path / "supervisord.pid").exists)
    (tmp_path / "talker.log").unlink()
    wait_for((tmp_path / "talker.log.1").exists)
    assert sum(path.stat().st_size for path in tmp_path.glob("talker.log*")) < 5000
    assert on_a_full_disk.poll() is None
