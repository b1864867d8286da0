"""What an account is handed over of its files and collections: what is known of them, and the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from chassis.accounts import AccountAddress, ExportedFile
from chassis.accounts.export import Records
from chassis.http.pagination import Slice
from chassis.schemas import format_time
from media.domain.collection import Collection, CollectionItem, Grant
from media.domain.collection_ports import CollectionItems, CollectionRecords, GrantRecords
from media.domain.objects import MediaObject, Status
from media.domain.ports import Files
from media.domain.ports import Records as ObjectRecords

T = TypeVar("T")

_READABLE = timedelta(hours=6)
"""How long the address of a file is good: longer than an archive waits for all parts and is written."""

_AT_ONCE = 100


class MediaRecords:
    """ExportSource: objects, collections, what is in them, and who may read what."""

    def __init__(
        self,
        objects: ObjectRecords,
        collections: CollectionRecords,
        items: CollectionItems,
        grants: GrantRecords,
        files: Files,
    ) -> None:
        self._objects = objects
        self._collections = collections
        self._items = items
        self._grants = grants
        self._files = files

    def __call__(self, owner: str, _addresses: Sequence[AccountAddress], /) -> Records:
        return {
            "objects": map(_object, self._kept(owner)),
            "collections": map(_collection, self._owned(owner)),
            "collection_objects": self._in_collections(owner),
            "grants_given": self._given(owner),
            "grants_received": self._received(owner),
        }

    def files(self, owner: str) -> Iterator[ExportedFile]:
        """Return the files that were looked at and found good: others may contain malware."""
        for obj in self._kept(owner):
            if obj.status is Status.READY:
                yield ExportedFile(f"{obj.id}/{obj.filename}", self._files.link(obj.key, _READABLE))

    def _kept(self, owner: str) -> Iterator[MediaObject]:
        return (obj for obj in self._objects.owned(owner) if obj.status is not Status.DELETING)

    def _owned(self, owner: str) -> Iterator[Collection]:
        return (one for one in self._collections.owned(owner) if not one.leaving)

    def _in_collections(self, owner: str) -> Iterator[Any]:
        for collection in self._owned(owner):
            read = partial(self._items.page, collection.id, _AT_ONCE)
            yield from map(_item, _all_of(read))

    def _given(self, owner: str) -> Iterator[Any]:
        for collection in self._owned(owner):
            read = partial(self._grants.page, collection.id, _AT_ONCE)
            yield from map(_grant, _all_of(read))

    def _received(self, user_id: str) -> Iterator[Any]:
        for _owner, collection_id in self._grants.held(user_id):
            grant = self._grants.get(collection_id, user_id)
            if grant is not None:
                yield _grant(grant)


def _all_of(read: Callable[[Mapping[str, object] | None], Slice[T]]) -> Iterator[T]:
    """Return what is on all pages that `read` gives from a position on."""
    position: Mapping[str, object] | None = None
    while True:
        page = read(position)
        yield from page.items
        position = page.position
        if position is None:
            return


def _object(obj: MediaObject) -> dict[str, Any]:
    return {
        "id": str(obj.id),
        "filename": obj.filename,
        "content_type": obj.content_type,
        "size": obj.size,
        "sha256": obj.sha256,
        "status": obj.status,
        "reason": obj.reason,
        "width": obj.width,
        "height": obj.height,
        "created_at": format_time(obj.created_at),
    }


def _collection(collection: Collection) -> dict[str, Any]:
    return {
        "id": str(collection.id),
        "name": collection.name,
        "description": collection.description,
        "created_at": format_time(collection.created_at),
        "updated_at": format_time(collection.updated_at),
    }


def _item(item: CollectionItem) -> dict[str, Any]:
    return {
        "collection_id": str(item.collection_id),
        "object_id": str(item.object_id),
        "path": item.path,
        "added_at": format_time(item.added_at),
    }


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "collection_id": str(grant.collection_id),
        "user_id": grant.user_id,
        "granted_at": format_time(grant.granted_at),
        "expires_at": format_time(grant.expires_at) if grant.expires_at else None,
    }
