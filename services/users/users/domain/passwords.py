"""Password hashing: argon2id as OWASP recommends, a bounded number at a time.

Parameters: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
(19 MiB, two passes, one lane). Measured: 16 ms of one core each.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.errors import Transient

_PATIENCE_SECONDS = 5.0


class Passwords:
    """Hashes and verifies; at most `concurrency` at once in this process, the others wait their turn."""

    def __init__(self, concurrency: int, memory_kib: int = 19_456, passes: int = 2) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._turns = threading.BoundedSemaphore(concurrency)
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        with self._turn():
            return self._hasher.hash(_normal(password))

    def verify(self, kept: str | None, password: str) -> bool:
        """Say whether `password` is the one hashed as `kept`; None takes as long and is never right."""
        with self._turn():
            try:
                self._hasher.verify(kept or self._nobody, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Say whether `kept` was made with other parameters than are in force."""
        return self._hasher.check_needs_rehash(kept)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_PATIENCE_SECONDS):
            raise Transient("Too many people are signing in at the moment.")
        try:
            yield
        finally:
            self._turns.release()


def _normal(password: str) -> bytes:
    """NFKC, so that the same password typed on two keyboards is the same (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode()
