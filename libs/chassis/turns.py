"""Turns of one owner in one process, so that one owner cannot take every thread from the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chassis.errors import TooMany


@dataclass(slots=True)
class _OwnerQueue:
    free: threading.Semaphore
    present: int = 0


class Turns:
    """Of each owner's calls `at_once` run and `waiting` more wait, each for at most `timeout` seconds.

    A call beyond that is refused at once and holds no thread.
    """

    def __init__(self, at_once: int, waiting: int, timeout: float) -> None:
        self._at_once = at_once
        self._most = at_once + waiting
        self._timeout = timeout
        self._lines: dict[str, _OwnerQueue] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, owner: str) -> Iterator[None]:
        """Run the block when it is the owner's turn; raise TooMany when too many are in line already."""
        line = self._join(owner)
        try:
            if not line.free.acquire(timeout=self._timeout):
                raise _too_many()
            try:
                yield
            finally:
                line.free.release()
        finally:
            self._leave(owner, line)

    def _join(self, owner: str) -> _OwnerQueue:
        with self._lock:
            line = self._lines.get(owner)
            if line is None:
                line = self._lines[owner] = _OwnerQueue(threading.Semaphore(self._at_once))
            if line.present >= self._most:
                raise _too_many()
            line.present += 1
            return line

    def _leave(self, owner: str, line: _OwnerQueue) -> None:
        with self._lock:
            line.present -= 1
            if not line.present:
                del self._lines[owner]


def _too_many() -> TooMany:
    return TooMany(
        "Your account has too many requests at work at once; wait for some of them.", retry_after=1
    )
