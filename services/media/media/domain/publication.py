"""Pictures that everybody may see: copies of an object's thumbnails, at addresses that need no signature.

The object is marked first and copied then, so that no copy is without a mark that leads to it. The mark goes
with the content: what comes in its place has to be made public anew.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from media.domain import naming
from media.domain.collection_ports import EdgeCopies
from media.domain.objects import FALLBACK_TYPE, MediaObject, Status, Thumbnail
from media.domain.ports import Files, Records
from media.errors import NoPicture, ObjectChanged, ObjectNotFound


class PublicCopies:
    """The copies in the bucket, and what the edge keeps of them."""

    def __init__(self, files: Files, edge: EdgeCopies) -> None:
        self._files = files
        self._edge = edge

    def make(self, obj: MediaObject) -> None:
        """Copy all thumbnails; repeatable. Raises ObjectChanged, Transient."""
        for thumbnail in obj.thumbnails:
            self._copy(thumbnail, thumbnail.key, thumbnail.content_type)
            if thumbnail.fallback is not None:
                self._copy(thumbnail, thumbnail.fallback, FALLBACK_TYPE)

    def remove(self, owner: str, object_id: UUID | None = None) -> None:
        """Let nobody open copies of an object, or of all of `owner`, any more. Raises Transient."""
        prefix = naming.public_prefix(owner, object_id)
        self._files.delete_all(prefix)
        self._edge.purge([f"/{prefix}*"])

    def _copy(self, thumbnail: Thumbnail, key: str, content_type: str) -> None:
        found = self._files.stat(key)
        if found is None:
            raise ObjectChanged
        shown = naming.disposition("inline", f"{thumbnail.name}.{key.rpartition('.')[2]}")
        self._files.publish(key, found.etag, naming.public_key(key), content_type, shown)


class PublicPictures:
    """Makes pictures public for their owners, and takes them back."""

    def __init__(self, records: Records, copies: PublicCopies) -> None:
        self._records = records
        self._copies = copies

    def publish(self, owner: str, object_id: UUID) -> MediaObject:
        """Let everybody see the thumbnails of a picture; repeatable.

        Raises ObjectNotFound, NoPicture, Stale, Transient.
        """
        obj = self._get(owner, object_id)
        if obj.status is not Status.READY or not obj.thumbnails:
            raise NoPicture
        marked = obj if obj.public else self._records.replace(obj, replace(obj, public=True))
        self._copies.make(marked)
        if not self._is_public(marked):  # taken back or deleted meanwhile, when a copy was not there yet
            self._copies.remove(owner, object_id)
            raise ObjectNotFound
        return marked

    def withdraw(self, owner: str, object_id: UUID) -> None:
        """Let nobody see the thumbnails but their owner; repeatable. Raises ObjectNotFound, Transient."""
        obj = self._get(owner, object_id)
        if obj.public:
            self._records.replace(obj, replace(obj, public=False))
        self._copies.remove(owner, object_id)

    def _get(self, owner: str, object_id: UUID) -> MediaObject:
        obj = self._records.get(owner, object_id)
        if obj is None or obj.status is Status.DELETING:
            raise ObjectNotFound
        return obj

    def _is_public(self, marked: MediaObject) -> bool:
        now = self._records.get(marked.owner, marked.id)
        return now is not None and now.public and now.status is Status.READY
