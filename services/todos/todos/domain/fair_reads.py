"""Reads from the store, shared out fairly among the accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chassis.allowance import Allowance
from chassis.http.pagination import Slice
from chassis.turns import Turns

T = TypeVar("T")

_FREE_BYTES = 65_536
"""What an everyday read takes at most: only what is beyond counts."""


class FairReads:
    """Runs one account's reads in turns, and keeps what they read within the account's allowance of bytes."""

    def __init__(self, turns: Turns, allowance: Allowance) -> None:
        self._turns = turns
        self._allowance = allowance

    def require_allowance(self, owner: str) -> None:
        """Raise TooMany when the account has read too much of late."""
        self._allowance.require(owner)

    def page(self, owner: str, read: Callable[[], Slice[T]]) -> Slice[T]:
        """Return `read()`; raise TooMany when the account has too much at work, or has read too much."""
        with self._turns.turn(owner):
            self.require_allowance(owner)
            found = read()
        if found.read_bytes > _FREE_BYTES:
            self._allowance.spend(owner, found.read_bytes - _FREE_BYTES)
        return found
