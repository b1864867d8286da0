"""Folders for the pictures in hand. They hold users' files: those of a killed worker must not stay behind."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = re.compile(r"media-(\d+)-\w+")


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that goes away with the block; where this process is killed in it, with `clear`."""
    with tempfile.TemporaryDirectory(prefix=f"media-{os.getpid()}-") as name:
        yield Path(name)


def clear() -> int:
    """Remove what killed processes of our user have left, and return how many folders that were.

    To be called before any work: a folder of our own number is that of a process which had it before us.
    """
    left = [folder for folder in Path(tempfile.gettempdir()).glob("media-*") if _is_left(folder)]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def _is_left(folder: Path) -> bool:
    named = _NAME.fullmatch(folder.name)
    try:
        ours = folder.lstat().st_uid == os.geteuid() and not folder.is_symlink()
    except FileNotFoundError:
        return False
    return bool(named and ours and not _works(int(named[1])))


def _works(process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
