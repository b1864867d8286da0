"""Trouble that the user can do something about, and the exit codes of the command line."""

from __future__ import annotations

import errno
import os
import shlex
from pathlib import Path
from typing import Final

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
MISSING: Final = 69
CANNOT_WRITE: Final = 73
BUSY: Final = 75
INTERRUPTED: Final = 130

_WRITE_TROUBLE: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
}


class Problem(Exception):
    """What went wrong in one sentence, what to do next, and the exit code that says which kind it is."""

    def __init__(self, what: str, *, next_step: str = "", code: int = FAILED) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step
        self.code = code


class OutOfSpace(Problem):
    """Something could not be written because there was no room for it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}: the disk is full",
            next_step="free some space and run the command again",
            code=CANNOT_WRITE,
        )


def says_out_of_space(output: str) -> bool:
    """Say whether a program's output names a full disk as its trouble."""
    return os.strerror(errno.ENOSPC) in output


class NotHealthy(Exception):
    """A part does not answer as it should (yet); the message says what it did instead."""


def write_problem(error: OSError) -> Problem | None:
    """Return the sentence for an error of the file system, None for any other error."""
    reason = _WRITE_TROUBLE.get(error.errno or 0)
    if reason is None:
        return None
    place = f" at {error.filename}" if error.filename else ""
    step = _give_back(error) or "free some space or fix the folder's owner and mode"
    return Problem(
        f"cannot write{place}: {reason}", next_step=f"{step}, then run the command again", code=CANNOT_WRITE
    )


def _give_back(error: OSError) -> str:
    """Return how to get back a file that root made in one's checkout; empty where it is another trouble."""
    if not isinstance(error, PermissionError) or not isinstance(error.filename, str) or os.geteuid() == 0:
        return ""
    path = Path(error.filename)
    below = [folder for folder in (path, *path.parents) if folder.name in {".slipway", ".venv"}]
    if not below:
        return ""
    return f"run `sudo chown -R {os.getuid()}:{os.getgid()} {shlex.quote(str(below[-1]))}`"
