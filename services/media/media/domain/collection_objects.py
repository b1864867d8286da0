"""Putting objects into collections.

The record comes first, then the copy in the bucket, then the word that it is there: a file that is readable
is always one that a record knows, and taking it out meanwhile wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from chassis.clock import Clock, utc_now
from chassis.http.pagination import Slice
from media.domain import content, naming
from media.domain.collection import CollectionItem
from media.domain.collection_ports import CollectionItems, CollectionLimits
from media.domain.collection_removal import CollectionRemoval
from media.domain.collections import Collections
from media.domain.objects import MediaObject, Status
from media.domain.ports import Files, Records
from media.errors import ItemChanged, ItemNotFound, ObjectNotFound, ObjectNotReady, TooLargeToShare


class CollectionObjects:
    """What is in an owner's collections. `largest` bounds the bytes of one file."""

    def __init__(
        self,
        collections: Collections,
        items: CollectionItems,
        removal: CollectionRemoval,
        records: Records,
        files: Files,
        limits: CollectionLimits,
        largest: int,
        clock: Clock = utc_now,
    ) -> None:
        self._collections = collections
        self._items = items
        self._removal = removal
        self._records = records
        self._files = files
        self._limits = limits
        self._largest = largest
        self._clock = clock

    def put(self, owner: str, collection_id: UUID, object_id: UUID, path: str | None) -> CollectionItem:
        """Put an object into a collection as it is now, under `path` or its own name; again is fine.

        Raises NotFound, Conflict, and Stale when the object or its place changed meanwhile.
        """
        self._collections.get(owner, collection_id)
        obj = self._ready(owner, object_id)
        standing = self._items.get(collection_id, object_id)
        if standing is not None and (standing.etag != obj.etag or path not in (None, standing.path)):
            self._removal.take_out(standing)
            standing = None
        if standing is None:
            standing = self._item(obj, collection_id, path)
            self._items.add(standing, self._limits)
        return standing if standing.ready else self._delivered(standing, obj)

    def remove(self, owner: str, collection_id: UUID, object_id: UUID) -> None:
        """Take an object out: its copy cannot be opened any more. Raises NotFound."""
        self._collections.get(owner, collection_id)
        item = self._items.get(collection_id, object_id)
        if item is None:
            raise ItemNotFound
        self._removal.take_out(item)

    def page(
        self, owner: str, collection_id: UUID, limit: int, position: Mapping[str, object] | None
    ) -> Slice[CollectionItem]:
        """Return what is in a collection. Raises NotFound."""
        self._collections.get(owner, collection_id)
        return self._items.page(collection_id, limit, position)

    def _ready(self, owner: str, object_id: UUID) -> MediaObject:
        obj = self._records.get(owner, object_id)
        if obj is None or obj.status is Status.DELETING:
            raise ObjectNotFound
        if obj.status is not Status.READY or obj.etag is None:
            raise ObjectNotReady(obj.status.value)
        if obj.size > self._largest:
            raise TooLargeToShare(self._largest)
        return obj

    def _item(self, obj: MediaObject, collection_id: UUID, path: str | None) -> CollectionItem:
        return CollectionItem(
            collection_id=collection_id,
            owner=obj.owner,
            object_id=obj.id,
            path=path or naming.plain(obj.filename),
            size=obj.size,
            content_type=content.served_type(obj.content_type),
            etag=obj.etag or "",
            added_at=self._clock(),
        )

    def _delivered(self, item: CollectionItem, obj: MediaObject) -> CollectionItem:
        """Copy the file to where the edge finds it."""
        kind = "attachment" if item.content_type == content.OCTETS else "inline"
        self._files.share(
            obj.key, item.etag, item.key, item.content_type, naming.disposition(kind, obj.filename)
        )
        ready = self._items.confirm(item)
        if ready is None:
            self._clear_away(item)
            raise ItemChanged
        return ready

    def _clear_away(self, item: CollectionItem) -> None:
        """Delete a copy that came too late, unless its place is an item's by now."""
        standing = self._items.get(item.collection_id, item.object_id)
        if standing is None or standing.path != item.path:
            self._files.delete(item.key)
