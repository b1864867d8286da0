"""How often somebody did something of late, in a window that moves on with the clock.

Counting afresh in every minute would let twice as many pass around its turn. Here each minute is counted in
six steps, and what is looked at are the steps that the last sixty seconds reach into.
"""

from __future__ import annotations

import itertools
import math
from datetime import timedelta

from chassis.clock import Clock
from users.domain.ports import FailureStore
from users.domain.sealing import Digester

_STEPS = 6


class RecentCount:
    """Counts what each of many does; at most `limit` times in any `length` are in order."""

    def __init__(
        self, store: FailureStore, digester: Digester, clock: Clock, length: timedelta, limit: int
    ) -> None:
        self._store = store
        self._digester = digester
        self._clock = clock
        self._length = length
        self._step = length.total_seconds() / _STEPS
        self._limit = limit

    def seconds_to_wait(self, who: str) -> int:
        """Return after how many seconds one more is in order; 0: now."""
        number, elapsed = divmod(self._clock().timestamp(), self._step)
        keys = [self._key(who, int(number) - age) for age in range(_STEPS + 1)]
        for age, total in enumerate(itertools.accumulate(self._store.counts(keys))):
            if total >= self._limit:  # until this step is no longer looked at
                return math.ceil((_STEPS + 1 - age) * self._step - elapsed)
        return 0

    def add(self, who: str) -> None:
        """Count one more."""
        now = self._clock()
        self._store.add(self._key(who, int(now.timestamp() // self._step)), now, now - self._length)

    def _key(self, who: str, step: int) -> bytes:
        return self._digester.digest(f"{who} {step}".encode())
