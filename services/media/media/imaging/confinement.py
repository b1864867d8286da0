"""What a decoding process gives up before it looks at a file, for good and without any privilege.

Bounds on memory, time, files and processes hold on every Linux. Landlock, where the kernel has it, leaves it
one folder of all files. A user namespace of its own, where
the kernel lets anybody make one, holds no network and no rights over the processes outside: it can neither
connect to anything nor read another process's memory and environment.
Sources: man pages prctl(2), setrlimit(2), unshare(2), user_namespaces(7), ptrace(2).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

from media.imaging import landlock
from media.imaging.prepared import PictureLimits

FILE_BYTES = 64 * 1024 * 1024
OPEN_FILES = 32

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP = 1, 38, 24
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_CAPABILITY_VERSION_3 = 0x20080522
_CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Walls:
    """What the kernel gave besides the bounds that hold everywhere."""

    isolated: bool
    """No network, and no look into other processes."""

    shut_in: bool
    """No file but those of its folder."""


def confine(answers: int, folder: Path, limits: PictureLimits) -> Walls:
    """Confine this process to `folder`; it keeps `answers` and standard error open. Say what could be had.

    Call it in a process of one thread. Raises OSError where one of the bounds cannot be had.
    """
    _close_everything_but(answers)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    isolated = _isolate()
    shut_in = landlock.shut_in(folder)
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    return Walls(isolated, shut_in)


def _close_everything_but(answers: int) -> None:
    """Leave nothing to read from or to write to, above all not the pipes of the process that forked us."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.closerange(3, answers)
    os.closerange(answers + 1, os.sysconf("SC_OPEN_MAX"))


def _isolate() -> bool:
    """Move to namespaces without a network, and drop the rights that come with them."""
    if _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) != 0:
        return False
    for capability in range(_CAPABILITIES):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # numbers that this kernel lacks are refused
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    if _libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "cannot drop capabilities")
    return True


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")
