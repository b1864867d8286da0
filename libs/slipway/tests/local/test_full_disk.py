"""A full disk stops nobody for good, and is named as the reason."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from libs.slipway.tests.conftest import make_checkout

from slipway.local import lifecycle
from slipway.local.status import inspect
from slipway.local.suite import Suite, SuiteSettings
from slipway.state import ports
from slipway.terminal.problems import CANNOT_WRITE, Problem
from slipway.terminal.progress import Silent


def test_a_start_on_a_full_disk_says_so_and_leaves_nothing_running(
    suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Suite(suite.root, tmp_path / "state", SuiteSettings(port=ports.pick()))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=10**6))
    with pytest.raises(Problem, match="the disk is full") as caught:
        lifecycle.up(other, Silent())
    assert caught.value.code == CANNOT_WRITE
    assert "free some space" in caught.value.next_step
    assert other.daemon.connect() is None


@pytest.fixture
def small_disk(open_folder: Path) -> Iterator[Path]:
    """A file system of its own with 400 MB."""
    folder = open_folder / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        pytest.skip("a file system can be mounted by root only, and in some containers not at all")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_a_suite_whose_disk_was_full_is_healthy_again_when_there_is_room(small_disk: Path) -> None:
    root = make_checkout(small_disk / "checkout")
    suite = Suite(root, root / ".slipway", SuiteSettings(port=ports.pick()))
    lifecycle.up(suite, Silent())
    try:
        fill(small_disk / "fill")
        time.sleep(10)
        supervisor = suite.daemon.connect()
        assert supervisor, "the supervisor has gone"
        (small_disk / "fill").unlink()
        wait_until_healthy(suite, 120)
    finally:
        lifecycle.down(suite, Silent())


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb") as stream:
        try:
            while True:
                stream.write(bytes(1_000_000))
                stream.flush()
        except OSError:
            return


def wait_until_healthy(suite: Suite, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while sick := [
        row for row in inspect(suite.layout, suite.daemon.connect(), suite.parts) if not row.healthy
    ]:
        assert time.monotonic() < deadline, {row.name: row.detail for row in sick}
        time.sleep(0.5)
