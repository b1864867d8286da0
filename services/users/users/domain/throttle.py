"""Failed sign-ins slow down the next ones, per account and address; nobody is ever locked out for good.

The first `ALLOWED` failures in a row cost nothing. From then on each is followed by a pause that doubles up
to `LONGEST`; attempts within it are refused unseen and not counted, so a pause always ends. What
is counted is the e-mail address that was typed, whether an account has it or not, so
the answer tells nothing about it. Counts are made after the check: as many guesses as
hashes run at once may slip past the last free one.

Whoever tries one password on many accounts is never wrong often on any of them. So the wrong guesses of one
network are counted over all accounts, too: in any minute it has so many, and waits when they are used up.
A taken address at sign-up is such a guess. Right ones cost nothing.
"""

from __future__ import annotations

import math
from datetime import timedelta

from chassis.clock import Clock
from chassis.networks import network
from users.domain.ports import FailureStore
from users.domain.recent import RecentCount
from users.domain.sealing import Digester
from users.errors import TooManyAttempts

ALLOWED = 5
FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=15)
FORGET = timedelta(hours=1)
WINDOW = timedelta(minutes=1)


class Throttle:
    """Guards one kind of attempt; `who` is an e-mail key, `address` the client's.

    `per_network` is how many wrong guesses a network has in any WINDOW.
    """

    def __init__(self, store: FailureStore, digester: Digester, clock: Clock, per_network: int) -> None:
        self._store = store
        self._digester = digester
        self._clock = clock
        self._guesses = RecentCount(store, digester, clock, WINDOW, per_network)

    def check(self, who: str, address: str) -> None:
        """Raise TooManyAttempts, with the seconds to wait, while a pause of either kind lasts."""
        self.check_network(address)
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
        self.guessed(address)

    def check_network(self, address: str) -> None:
        """Raise TooManyAttempts, with the seconds to wait, while the network's guesses are used up."""
        remaining = self._guesses.seconds_to_wait(_guesser(address))
        if remaining:
            raise TooManyAttempts(remaining)

    def guessed(self, address: str) -> None:
        """Count a wrong guess of the network."""
        self._guesses.add(_guesser(address))

    def succeeded(self, who: str, address: str) -> None:
        """Begin counting anew."""
        self._store.clear(self._key(who, address))

    def _key(self, who: str, address: str) -> bytes:
        return self._digester.digest(f"{network(address)} {who}".encode())


def _guesser(address: str) -> str:
    return f"network {network(address)}"


def pause_after(count: int) -> timedelta:
    """Return how long to wait after the `count`th failure in a row."""
    if count < ALLOWED:
        return timedelta(0)
    return min(LONGEST, FIRST * 2.0 ** min(count - ALLOWED, 16))
