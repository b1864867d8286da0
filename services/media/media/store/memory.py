"""Records in memory, for tests; what they must do is said in `base`."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.accounts import AccountErased
from chassis.http.pagination import Slice, id_in
from chassis.messages.memory_outbox import MemoryOutbox
from media.domain.events import ObjectEvents
from media.domain.objects import Lane, MediaObject, Status
from media.domain.ports import BucketScan, PendingErasure, Quota, Usage
from media.errors import ObjectChanged, QuotaExceeded

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class MemoryRecords:
    """Records, AccountRecords and BucketScans of one process."""

    def __init__(self, events: ObjectEvents) -> None:
        self.outbox = MemoryOutbox()
        self._events = events
        self._objects: dict[tuple[str, UUID], MediaObject] = {}
        self._keys: dict[str, tuple[str, UUID]] = {}
        self._copied: dict[str, int] = {}
        self._erased: dict[str, PendingErasure] = {}
        self._erasures_due: dict[str, datetime] = {}
        self._round = BucketScan("", _BEGINNING, _BEGINNING)
        self._round_leased_until = _BEGINNING
        self.lock = threading.RLock()

    def create(self, obj: MediaObject, quota: Quota | None = None) -> MediaObject:
        with self.lock:
            standing = self.get(obj.owner, obj.id) or self.by_key(obj.key)
            if standing is not None:
                return standing
            if obj.owner in self._erased:
                raise AccountErased
            used = self.usage(obj.owner)
            if quota and (used.bytes + obj.size > quota.bytes or used.objects >= quota.objects):
                raise QuotaExceeded
            self._objects[obj.owner, obj.id] = obj
            self._keys[obj.key] = (obj.owner, obj.id)
            return obj

    def get(self, owner: str, object_id: UUID) -> MediaObject | None:
        return self._objects.get((owner, object_id))

    def by_key(self, key: str) -> MediaObject | None:
        with self.lock:
            address = self._keys.get(key)
            return self._objects.get(address) if address else None

    def page(self, owner: str, limit: int, position: Mapping[str, object] | None) -> Slice[MediaObject]:
        after = id_in(position, "after")
        with self.lock:
            shown = [
                obj
                for obj in sorted(self.owned(owner), key=lambda obj: obj.id, reverse=True)
                if obj.status is not Status.DELETING and (after is None or obj.id < after)
            ]
        return Slice(shown[:limit], {"after": str(shown[limit - 1].id)} if len(shown) > limit else None)

    def replace(self, old: MediaObject, new: MediaObject) -> MediaObject:
        with self.lock:
            self._require_current(old)
            kept = replace(new, version=old.version + 1)
            self._objects[old.owner, old.id] = kept
            self._tell(old, kept)
            return kept

    def postpone(self, obj: MediaObject, due_at: datetime) -> None:
        with self.lock:
            standing = self.get(obj.owner, obj.id)
            if standing is not None and standing.version == obj.version:
                self._objects[obj.owner, obj.id] = replace(standing, due_at=due_at)

    def remove(self, obj: MediaObject) -> None:
        with self.lock:
            if self.get(obj.owner, obj.id) is None:
                return
            self._require_current(obj)
            self.release_key(obj)
            del self._objects[obj.owner, obj.id]
            self._tell(obj, None)

    def release_key(self, obj: MediaObject) -> None:
        with self.lock:
            if self._keys.get(obj.key) == (obj.owner, obj.id):
                del self._keys[obj.key]

    def due(
        self, now: datetime, lane: Lane, limit: int, position: Mapping[str, Any] | None = None
    ) -> Slice[MediaObject]:
        after = (position["due_at"], position["id"]) if position else (_BEGINNING, UUID(int=0))
        with self.lock:
            waiting = [obj for obj in self._objects.values() if obj.due_at is not None and obj.lane is lane]
        places = sorted((obj.due_at or now, obj.id, obj.owner) for obj in waiting)
        found = [place for place in places if after < place[:2] and place[0] <= now]
        shown = [self._objects[owner, object_id] for _, object_id, owner in found[:limit]]
        more = len(found) > limit
        return Slice(shown, {"due_at": found[limit - 1][0], "id": found[limit - 1][1]} if more else None)

    def owned(self, owner: str) -> Iterator[MediaObject]:
        with self.lock:
            return iter([obj for (whose, _), obj in self._objects.items() if whose == owner])

    def usage(self, owner: str) -> Usage:
        owned = list(self.owned(owner))
        size = sum(obj.counted_bytes for obj in owned) + self._copied.get(owner, 0)
        return Usage(size, sum(obj.counted_objects for obj in owned))

    def count_bytes(self, owner: str, more: int) -> None:
        """Count bytes of copies that came or went."""
        with self.lock:
            self._copied[owner] = self._copied.get(owner, 0) + more

    def mark_erased(self, owner: str, now: datetime) -> PendingErasure:
        with self.lock:
            self._erasures_due[owner] = now
            return self._erased.setdefault(owner, PendingErasure(owner, now))

    def is_erased(self, owner: str) -> bool:
        return owner in self._erased

    def erasures_due(self, now: datetime, limit: int) -> list[PendingErasure]:
        with self.lock:
            return [self._erased[owner] for owner, due in self._erasures_due.items() if due <= now][:limit]

    def postpone_erasure(self, erasure: PendingErasure, due_at: datetime | None) -> None:
        with self.lock:
            self._erasures_due.pop(erasure.owner, None)
            if due_at is not None:
                self._erasures_due[erasure.owner] = due_at

    def lease_scan(self, now: datetime, lease: float) -> BucketScan | None:
        with self.lock:
            if self._round_leased_until > now:
                return None
            self._round_leased_until = now + timedelta(seconds=lease)
            return self._round

    def save_scan(self, progress: BucketScan) -> None:
        with self.lock:
            self._round = progress
            self._round_leased_until = _BEGINNING

    def probe(self) -> None:
        pass  # what is in memory is always there

    def _tell(self, old: MediaObject, new: MediaObject | None) -> None:
        event = self._events.of(old, new)
        if event:
            self.outbox.put(event)

    def _require_current(self, obj: MediaObject) -> None:
        standing = self.get(obj.owner, obj.id)
        if standing is None or standing.version != obj.version:
            raise ObjectChanged
