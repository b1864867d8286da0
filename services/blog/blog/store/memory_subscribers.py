"""Subscriptions in memory, for tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from blog.domain.subscriber import Subscriber
from blog.errors import TooManySubscriptions


class MemorySubscriberStore:
    """A SubscriberStore of one process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Subscriber, datetime]] = {}
        self._asked: Counter[tuple[str, int]] = Counter()

    def count(self, network: str, now: datetime, per_hour: int) -> None:
        hour, elapsed = divmod(int(now.timestamp()), 3600)
        if self._asked[(network, hour)] >= per_hour:
            raise TooManySubscriptions(per_hour, 3600 - elapsed)
        self._asked[(network, hour)] += 1

    def add(self, subscriber: Subscriber, now: datetime, expires_at: datetime) -> bool:
        if self.subscriber(subscriber.key, now) is not None:
            return False
        self._kept[subscriber.key] = (subscriber, expires_at)
        return True

    def subscriber(self, key: str, now: datetime) -> Subscriber | None:
        found, expires_at = self._kept.get(key, (None, now))
        return found if found is not None and (found.confirmed_at or expires_at > now) else None

    def confirm(self, subscriber: Subscriber) -> bool:
        if not self._has(subscriber):
            return False
        self._kept[subscriber.key] = (subscriber, subscriber.asked_at)
        return True

    def remove(self, subscriber: Subscriber) -> None:
        if self._has(subscriber):
            del self._kept[subscriber.key]

    def confirmed(self) -> Iterator[str]:
        return iter([key for key, (kept, _) in self._kept.items() if kept.confirmed_at])

    def _has(self, subscriber: Subscriber) -> bool:
        found = self._kept.get(subscriber.key)
        return found is not None and found[0].id == subscriber.id
