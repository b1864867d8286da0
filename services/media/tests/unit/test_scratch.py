from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.domain import scratch


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders are made in place of the machine's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """Another process, which lives until it is killed."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def folder_of(place: Path, process: int) -> Path:
    folder = place / f"media-{process}-abc_123"
    folder.mkdir()
    (folder / "original").write_bytes(b"somebody's")
    return folder


def test_a_folder_goes_with_its_block(place: Path) -> None:
    with scratch.scratch() as folder:
        assert folder.parent == place
        (folder / "original").touch()
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_is_removed(place: Path, other: subprocess.Popen[bytes]) -> None:
    left = folder_of(place, other.pid)
    other.kill()
    other.wait()
    assert scratch.clear() == 1
    assert not left.exists()


def test_what_a_process_with_our_number_left_before_us_is_removed(place: Path) -> None:
    left = folder_of(place, os.getpid())
    assert scratch.clear() == 1
    assert not left.exists()


def test_the_folder_of_a_process_at_work_is_left_alone(place: Path, other: subprocess.Popen[bytes]) -> None:
    at_work = folder_of(place, other.pid)
    assert scratch.clear() == 0
    assert (at_work / "original").exists()


def test_what_only_looks_like_ours_is_left_alone(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "kept").touch()
    (place / f"media-{os.getpid()}-link").symlink_to(elsewhere)
    (place / "media-player").mkdir()
    assert scratch.clear() == 0
    assert (elsewhere / "kept").exists()
    assert (place / "media-player").exists()
