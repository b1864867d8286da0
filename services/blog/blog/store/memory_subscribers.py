"""Subscriptions in memory, for tests."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from blog.domain.consequences import Announce
from blog.domain.subscriber import Subscriber
from blog.errors import TooManySubscriptions


class MemorySubscriberStore:
    """A SubscriberStore of one process."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Subscriber, datetime]] = {}
        self._asked: Counter[tuple[str, int]] = Counter()
        self._reached: dict[tuple[UUID, int], str | None] = {}
        self.announced: list[Announce] = []
        """What a stream would tell of."""

    def count(self, asked: str, now: datetime, per_hour: int) -> None:
        hour, elapsed = divmod(int(now.timestamp()), 3600)
        if self._asked[(asked, hour)] >= per_hour:
            raise TooManySubscriptions(per_hour, 3600 - elapsed)
        self._asked[(asked, hour)] += 1

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

    def confirmed(self, after: str | None, limit: int) -> list[str]:
        keys = sorted(key for key, (kept, _) in self._kept.items() if kept.confirmed_at)
        return [key for key in keys if after is None or key > after][:limit]

    def go_on(self, announcement: Announce, now: datetime) -> None:
        del now
        run = (announcement.post_id, announcement.version)
        if (self._reached.get(run) or "") < (announcement.after or ""):
            self._reached[run] = announcement.after
            self.announced.append(announcement)

    def _has(self, subscriber: Subscriber) -> bool:
        found = self._kept.get(subscriber.key)
        return found is not None and found[0].id == subscriber.id
