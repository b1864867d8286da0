"""Subscribing by double opt-in: a subscription counts once its address's owner has confirmed it.

A caller learns nothing about an address: the answer is the same whether it is new or known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from blog.domain.ports import SubscriberStore
from blog.domain.subscriber import WAIT, Subscriber, new_secret, parts_of
from blog.errors import TokenUnknown, TooManySubscriptions
from chassis.accounts import AccountAddress
from chassis.addresses import address_digest
from chassis.clock import Clock
from chassis.ids import new_id
from chassis.messages.mail_suppression import Suppressions


@dataclass(frozen=True, slots=True)
class SubscriptionLimits:
    """How many subscriptions are asked for within an hour, at the most."""

    of_network: int
    of_address: int


class Subscriptions:
    """Subscriptions of all addresses."""

    def __init__(
        self, store: SubscriberStore, suppressions: Suppressions, clock: Clock, limits: SubscriptionLimits
    ) -> None:
        self._store = store
        self._suppressions = suppressions
        self._clock = clock
        self._limits = limits

    def ask(self, email: str, network: str) -> None:
        """Let the address subscribe unless it has or a confirmation is awaited; the mail goes by itself.

        Nothing happens for an address that gets no mail any more, or is asked for too often. Raises
        TooManySubscriptions for the network.
        """
        now = self._clock()
        self._store.count(f"network/{network}", now, self._limits.of_network)
        try:
            self._store.count(f"address/{address_digest(email)}", now, self._limits.of_address)
        except TooManySubscriptions:
            return
        if self._suppressions.has(email):
            return
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

    def forget(self, email: str) -> None:
        """Forget the subscription of an address, whoever asks; repeatable."""
        found = self._store.subscriber(address_digest(email), self._clock())
        if found is not None:
            self._store.remove(found)

    def erase(self, addresses: Iterable[AccountAddress]) -> None:
        """Forget the subscriptions of the addresses of an account that is deleted."""
        for address in addresses:
            found = self._store.subscriber(address.digest, self._clock())
            if found is not None and address.owns(found.asked_at):
                self._store.remove(found)

    def _holder(self, token: str) -> Subscriber | None:
        key, secret = parts_of(token)
        found = self._store.subscriber(key, self._clock())
        return found if found is not None and found.accepts(secret) else None
