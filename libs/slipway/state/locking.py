"""One command at a time may change a suite."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slipway.terminal.problems import BUSY, Problem


@contextmanager
def exclusive(path: Path, command: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file `path` while the body runs.

    The kernel frees the lock when the process ends, however it ends. Raises
    Problem naming the holder when another process has it and `wait` is false.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another command"
            raise Problem(
                f"another command is running: {holder}", next_step="wait until it is done", code=BUSY
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"`slipway {command}` (process {os.getpid()})".encode(), 0)
        yield
    finally:
        os.close(descriptor)
