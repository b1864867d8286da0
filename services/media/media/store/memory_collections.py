"""Collections, what is in them and who may read them, in memory, for tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.accounts import AccountErased
from chassis.http.pagination import Slice, id_in
from media.domain.collection import Collection, CollectionItem, Grant
from media.domain.collection_ports import CollectionLimits
from media.domain.objects import Status
from media.errors import (
    CollectionChanged,
    CollectionFull,
    CollectionNotFound,
    ItemChanged,
    ObjectNotFound,
    PathTaken,
    QuotaExceeded,
    ReaderGone,
    TooManyCollections,
    TooManyGrants,
)
from media.store.collection_layout import reader_in
from media.store.memory import MemoryRecords


class MemoryCollections:
    """CollectionRecords of one process; accounts are those of `records`."""

    def __init__(self, records: MemoryRecords) -> None:
        self._records = records
        self._lock = records.lock
        self._collections: dict[UUID, Collection] = {}
        self._due: dict[UUID, datetime] = {}

    def create(self, collection: Collection, most: int) -> Collection:
        with self._lock:
            standing = self.get(collection.owner, collection.id)
            if standing is not None:
                return standing
            if self._records.is_erased(collection.owner):
                raise AccountErased
            if len(list(self.owned(collection.owner))) >= most:
                raise TooManyCollections(most)
            self._collections[collection.id] = collection
            return collection

    def get(self, owner: str, collection_id: UUID) -> Collection | None:
        found = self.find(collection_id)
        return found if found is not None and found.owner == owner else None

    def find(self, collection_id: UUID) -> Collection | None:
        return self._collections.get(collection_id)

    def page(self, owner: str, limit: int, position: Mapping[str, object] | None) -> Slice[Collection]:
        after = id_in(position, "after")
        shown = [
            one
            for one in sorted(self.owned(owner), key=lambda one: one.id, reverse=True)
            if not one.leaving and (after is None or one.id < after)
        ]
        return Slice(shown[:limit], {"after": str(shown[limit - 1].id)} if len(shown) > limit else None)

    def owned(self, owner: str) -> Iterator[Collection]:
        with self._lock:
            return iter([one for one in self._collections.values() if one.owner == owner])

    def replace(self, old: Collection, new: Collection) -> Collection:
        with self._lock:
            standing = self._current(old)
            if standing.leaving:
                raise CollectionChanged
            kept = replace(new, version=old.version + 1, objects=standing.objects)
            self._collections[old.id] = kept
            return kept

    def leave(self, old: Collection, now: datetime) -> Collection:
        if old.leaving:
            return old
        with self._lock:
            self._collections[old.id] = replace(self._current(old), leaving=True)
            self._due.setdefault(old.id, now)
            return replace(old, leaving=True)

    def leaving(self, now: datetime, limit: int) -> list[Collection]:
        with self._lock:
            return [self._collections[one] for one, due in self._due.items() if due <= now][:limit]

    def remove(self, collection: Collection) -> None:
        with self._lock:
            self._collections.pop(collection.id, None)
            self._due.pop(collection.id, None)

    def count(self, collection_id: UUID, more: int) -> None:
        """Count objects that came or went."""
        with self._lock:
            standing = self._collections[collection_id]
            self._collections[collection_id] = replace(standing, objects=standing.objects + more)

    def _current(self, old: Collection) -> Collection:
        standing = self.get(old.owner, old.id)
        if standing is None or standing.version != old.version:
            raise CollectionChanged
        return standing


class MemoryCollectionItems:
    """CollectionItems of one process."""

    def __init__(self, records: MemoryRecords, collections: MemoryCollections) -> None:
        self._records = records
        self._collections = collections
        self._lock = records.lock
        self._items: dict[tuple[UUID, UUID], CollectionItem] = {}

    def add(self, item: CollectionItem, limits: CollectionLimits) -> None:
        with self._lock:
            self._check(item, limits)
            self._items[item.collection_id, item.object_id] = item
            self._records.count_bytes(item.owner, item.size)
            self._collections.count(item.collection_id, 1)

    def get(self, collection_id: UUID, object_id: UUID) -> CollectionItem | None:
        return self._items.get((collection_id, object_id))

    def confirm(self, item: CollectionItem) -> CollectionItem | None:
        with self._lock:
            if not self._stands(item):
                return None
            kept = self._items[item.collection_id, item.object_id] = replace(item, ready=True)
            return kept

    def take_out(self, item: CollectionItem) -> None:
        with self._lock:
            if self._stands(item):
                del self._items[item.collection_id, item.object_id]
                self._records.count_bytes(item.owner, -item.size)
                self._collections.count(item.collection_id, -1)

    def page(
        self, collection_id: UUID, limit: int, position: Mapping[str, object] | None
    ) -> Slice[CollectionItem]:
        after = id_in(position, "after")
        with self._lock:
            inside = [item for (whose, _), item in self._items.items() if whose == collection_id]
        found = sorted(
            (item for item in inside if after is None or item.object_id > after),
            key=lambda item: item.object_id,
        )
        more = len(found) > limit
        return Slice(found[:limit], {"after": str(found[limit - 1].object_id)} if more else None)

    def copies(self, owner: str, object_id: UUID) -> Iterator[CollectionItem]:
        with self._lock:
            found = [one for one in self._items.values() if (one.owner, one.object_id) == (owner, object_id)]
        return iter(found)

    def _stands(self, item: CollectionItem) -> bool:
        standing = self.get(item.collection_id, item.object_id)
        return standing is not None and replace(standing, ready=item.ready) == item

    def _check(self, item: CollectionItem, limits: CollectionLimits) -> None:
        if self.get(item.collection_id, item.object_id) is not None:
            raise ItemChanged
        obj = self._records.get(item.owner, item.object_id)
        if obj is None or obj.status is Status.DELETING:
            raise ObjectNotFound
        collection = self._collections.get(item.owner, item.collection_id)
        if collection is None or collection.leaving:
            raise CollectionNotFound
        if collection.objects >= limits.objects:
            raise CollectionFull(limits.objects)
        if any(one.key == item.key for one in self._items.values()):
            raise PathTaken(item.path)
        if self._records.is_erased(item.owner):
            raise AccountErased
        if self._records.usage(item.owner).bytes + item.size > limits.bytes:
            raise QuotaExceeded


class MemoryGrants:
    """GrantRecords of one process."""

    def __init__(self, records: MemoryRecords, collections: MemoryCollections) -> None:
        self._records = records
        self._collections = collections
        self._lock = records.lock
        self._grants: dict[tuple[UUID, str], Grant] = {}
        self._owners: dict[UUID, str] = {}

    def put(self, owner: str, grant: Grant, most: int) -> Grant:
        with self._lock:
            collection = self._collections.get(owner, grant.collection_id)
            if self._records.is_erased(grant.user_id):
                raise ReaderGone
            if collection is None or collection.leaving:
                raise CollectionNotFound
            standing = self.get(grant.collection_id, grant.user_id)
            if standing is None and sum(one == grant.collection_id for one, _ in self._grants) >= most:
                raise TooManyGrants(most)
            kept = replace(grant, granted_at=standing.granted_at) if standing else grant
            self._grants[grant.collection_id, grant.user_id] = kept
            self._owners[grant.collection_id] = owner
            return kept

    def get(self, collection_id: UUID, user_id: str) -> Grant | None:
        return self._grants.get((collection_id, user_id))

    def remove(self, owner: str, collection_id: UUID, user_id: str) -> bool:
        with self._lock:
            if self._owners.get(collection_id) != owner:
                return False
            return self._grants.pop((collection_id, user_id), None) is not None

    def page(self, collection_id: UUID, limit: int, position: Mapping[str, object] | None) -> Slice[Grant]:
        after = reader_in(position)
        with self._lock:
            inside = [one for (whose, _), one in self._grants.items() if whose == collection_id]
        found = sorted(
            (one for one in inside if after is None or one.user_id > after), key=lambda one: one.user_id
        )
        return Slice(found[:limit], {"after": found[limit - 1].user_id} if len(found) > limit else None)

    def held(self, user_id: str) -> Iterator[tuple[str, UUID]]:
        with self._lock:
            found = [collection_id for collection_id, reader in self._grants if reader == user_id]
        return iter([(self._owners[collection_id], collection_id) for collection_id in found])
