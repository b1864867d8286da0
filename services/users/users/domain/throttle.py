"""Failed sign-ins slow down the next ones, per account and address; nobody is ever locked out for good.

The first `ALLOWED` failures in a row cost nothing. From then on each is followed by a pause that doubles up
to `LONGEST`; attempts within it are refused unseen and not counted, so a pause always ends. What
is counted is the e-mail address that was typed, whether an account has it or not, so
the answer tells nothing about it. Counts are made after the check: as many guesses as
hashes run at once may slip past the last free one.
"""

from __future__ import annotations

import ipaddress
import math
from datetime import timedelta

from chassis.clock import Clock
from users.domain.ports import FailureStore
from users.domain.sealing import Digester
from users.errors import TooManyAttempts

ALLOWED = 5
FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=15)
FORGET = timedelta(hours=1)


class Throttle:
    """Guards one kind of attempt; `who` is an e-mail key, `address` the client's."""

    def __init__(self, store: FailureStore, digester: Digester, clock: Clock) -> None:
        self._store = store
        self._digester = digester
        self._clock = clock

    def check(self, who: str, address: str) -> None:
        """Raise TooManyAttempts, with the seconds to wait, while a pause lasts."""
        failures = self._store.get(self._key(who, address))
        if failures is None or failures.count < ALLOWED or failures.last_at < self._clock() - FORGET:
            return
        remaining = (failures.last_at + pause_after(failures.count) - self._clock()).total_seconds()
        if remaining > 0:
            raise TooManyAttempts(math.ceil(remaining))

    def failed(self, who: str, address: str) -> None:
        """Count a failure."""
        now = self._clock()
        self._store.add(self._key(who, address), now, now - FORGET)

    def succeeded(self, who: str, address: str) -> None:
        """Begin counting anew."""
        self._store.clear(self._key(who, address))

    def _key(self, who: str, address: str) -> bytes:
        return self._digester.digest(f"{network(address)} {who}".encode())


def pause_after(count: int) -> timedelta:
    """Return how long to wait after the `count`th failure in a row."""
    if count < ALLOWED:
        return timedelta(0)
    return min(LONGEST, FIRST * 2.0 ** min(count - ALLOWED, 16))


def network(address: str) -> str:
    """Return what one client cannot change at will: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
