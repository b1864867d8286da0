"""Subscribing by double opt-in: a subscription counts once its address's owner has confirmed it.

A caller learns nothing about an address: the answer is the same whether it is new or known.
"""

from __future__ import annotations

from blog.domain.ports import SubscriberStore
from blog.domain.subscriber import WAIT, Subscriber, new_secret, parts_of
from blog.errors import TokenUnknown
from chassis.clock import Clock
from chassis.ids import new_id


class Subscriptions:
    """Subscriptions of all addresses; `per_hour` is how many one network may ask for."""

    def __init__(self, store: SubscriberStore, clock: Clock, per_hour: int) -> None:
        self._store = store
        self._clock = clock
        self._per_hour = per_hour

    def ask(self, email: str, network: str) -> None:
        """Let the address subscribe unless it has or a confirmation is awaited; the mail goes by itself.

        Raises TooManySubscriptions.
        """
        now = self._clock()
        self._store.count(network, now, self._per_hour)
        self._store.add(Subscriber(new_id(), email, new_secret(), now), now, now + WAIT)

    def confirm(self, token: str) -> None:
        """Let the subscription count; repeatable. Raises TokenUnknown."""
        found = self._holder(token)
        if found is None or not self._store.confirm(found.confirmed(self._clock())):
            raise TokenUnknown

    def end(self, token: str) -> None:
        """Forget the subscription and its address; repeatable, so an unknown token is no error."""
        found = self._holder(token)
        if found is not None:
            self._store.remove(found)

    def _holder(self, token: str) -> Subscriber | None:
        key, secret = parts_of(token)
        found = self._store.subscriber(key, self._clock())
        return found if found is not None and found.accepts(secret) else None
