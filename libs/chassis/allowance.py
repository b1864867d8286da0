"""What each owner may use up in one process: some at once, and then so much a second."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from chassis.errors import TooMany

_FEW = 1024


class Allowance:
    """A token bucket per owner: `burst` units at once, refilled by `rate` units a second.

    A call is let in while anything is left, and says afterwards what it used: the next ones pay for it.
    """

    def __init__(self, burst: float, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._rate = rate
        self._now = now
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def require(self, owner: str) -> None:
        """Raise TooMany, with when to come again, once the owner has used up everything."""
        missing = (self._full_at.get(owner, 0.0) - self._now()) * self._rate
        if missing >= self._burst:
            wait = math.ceil((missing - self._burst) / self._rate) or 1
            raise TooMany(
                f"Your account has used up what it may read or write at once; try again in {wait} s.", wait
            )

    def spend(self, owner: str, amount: float) -> None:
        """Take `amount` units from the owner's."""
        with self._lock:
            now = self._now()
            if len(self._full_at) >= _FEW:
                self._full_at = {other: at for other, at in self._full_at.items() if at > now}
            self._full_at[owner] = max(self._full_at.get(owner, 0.0), now) + amount / self._rate
