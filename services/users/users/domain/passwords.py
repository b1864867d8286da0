"""Password hashing: argon2id as OWASP recommends, a bounded number at a time, after everything else.

Parameters: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
(19 MiB, two passes, one lane). Measured: 16 ms of one core each.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import itertools
import os
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from users.errors import TooManySignIns

_LOWER = 15
"""How much lower the priority of hashing is than its process's own; at the bottom, 19, it might never run."""

R = TypeVar("R")


class Passwords:
    """Hashes and verifies; at most `concurrency` at once in all processes that were forked since it was made.

    In each process `concurrency` calls are at work or next, and `waiting` more wait their turn. Whoever comes
    beyond that is refused at once with TooManySignIns: waiting, they would hold the threads
    that every other call needs. The work is done in threads of its own: first come, first served, at a lower
    priority than the requests that need a moment only, and the C library keeps a hash's 19 MiB for each
    thread that ever made one, which is to be one or two and not every request's.
    """

    def __init__(self, concurrency: int, waiting: int, memory_kib: int = 19_456, passes: int = 2) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._turns = _SharedTurns()
        self._threads = ThreadPoolExecutor(
            concurrency, thread_name_prefix="passwords", initializer=self._prepare_thread
        )
        self._room = threading.BoundedSemaphore(concurrency + waiting)
        self._nobody = _hash_of_nothing(memory_kib, passes)

    def require_room(self) -> None:
        """Raise TooManySignIns when there is no room now: ask before other work for a password is done."""
        if not self._room.acquire(blocking=False):
            raise TooManySignIns
        self._room.release()

    def hash(self, password: str) -> str:
        """Return the hash to keep; raise TooManySignIns."""
        return self._in_turn(lambda: self._hasher.hash(_normal(password)))

    def verify(self, kept: str | None, password: str) -> bool:
        """Say whether `password` is the one hashed as `kept`; None takes as long and is never right.

        Raises TooManySignIns.
        """
        try:
            self._in_turn(lambda: self._hasher.verify(kept or self._nobody, _normal(password)))
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Say whether `kept` was made with other parameters than are in force."""
        return self._hasher.check_needs_rehash(kept)

    def _in_turn(self, work: Callable[[], R]) -> R:
        if not self._room.acquire(blocking=False):
            raise TooManySignIns
        try:
            return self._threads.submit(self._with_the_others, work).result()
        finally:
            self._room.release()

    def _prepare_thread(self) -> None:
        _give_way_to_others()
        self._turns.enrol()

    def _with_the_others(self, work: Callable[[], R]) -> R:
        with self._turns.turn():
            return work()


class _SharedTurns:
    """The threads that hash, of all processes of a server: those with the same number take turns.

    Their lock is a byte of a file that the processes inherit. The kernel takes it from one that dies,
    however it does.
    """

    def __init__(self) -> None:
        descriptor, path = tempfile.mkstemp()
        self._file = os.fdopen(descriptor)
        Path(path).unlink()
        self._numbers = itertools.count()
        self._own = threading.local()

    def enrol(self) -> None:
        """Give the calling thread its number."""
        self._own.number = next(self._numbers)

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Run the block while no thread with the same number of another process is in its own."""
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, self._own.number)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, self._own.number)


def _give_way_to_others() -> None:
    """Lower the priority of the calling thread alone; only Linux can."""
    thread = threading.get_native_id()
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _LOWER)


def _hash_of_nothing(memory_kib: int, passes: int) -> str:
    """Return a hash with these parameters that no password has."""
    salt, digest = (base64.b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${digest}"


def _normal(password: str) -> bytes:
    """NFKC, so that the same password typed on two keyboards is the same (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode()
