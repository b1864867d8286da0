"""Landlock: a process shuts itself in one folder, for good and without any privilege.

Linux has it since 5.13, and many kernels have it switched off: then there is nothing to shut. What a newer
kernel can refuse besides (networks, signals, other processes' sockets) is refused where it is to be had.
Sources: https://docs.kernel.org/userspace-api/landlock.html, include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_FILE, _MAKE_REG, _TRUNCATE = (
    1 << 1, 1 << 2, 1 << 3, 1 << 5, 1 << 8, 1 << 14,
)  # fmt: skip
_IN_ITS_FOLDER = _WRITE_FILE | _READ_FILE | _READ_DIR | _REMOVE_FILE | _MAKE_REG | _TRUNCATE
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many kinds of access to files each version of the interface knows, where it learned one."""

_NETWORK_RIGHTS, _NETWORK_SINCE = 0b11, 4
_SCOPES, _SCOPES_SINCE = 0b11, 6

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Return the version of the kernel's interface; 0 where there is none."""
    found: int = _libc.syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)
    return max(0, found)


def shut_in(folder: Path) -> bool:
    """Leave this process nothing to open but what is in `folder`; say whether the kernel can do that.

    The process must have given up new privileges (`no_new_privs`). Raises OSError where it is refused.
    """
    known = version()
    if not known:
        return False
    files = (1 << max(rights for since, rights in _FILE_RIGHTS.items() if since <= known)) - 1
    ruleset = _Ruleset(
        files,
        _NETWORK_RIGHTS if known >= _NETWORK_SINCE else 0,
        _SCOPES if known >= _SCOPES_SINCE else 0,
    )
    rules = _called(_CREATE, ctypes.byref(ruleset), ctypes.c_size_t(ctypes.sizeof(ruleset)), 0)
    opened = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    beneath = _PathBeneath(_IN_ITS_FOLDER & files, opened)
    _called(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(beneath), 0)
    _called(_RESTRICT, rules, 0)
    os.close(opened)
    os.close(rules)
    return True


def _called(number: int, *arguments: object) -> int:
    result: int = _libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"landlock call {number} refused")
    return result
