"""Ending an upload in parts: completed into one file, or aborted as if it had never been."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

from chassis.errors import Stale
from chassis.http.etags import of_version, require_match
from media.domain.objects import MediaObject, Status
from media.domain.ports import Files, Multipart, Records
from media.domain.removal import Removal
from media.errors import AlreadyArrived, NotInParts, PartsRefused, UploadBusy, UploadEnded, UploadNotFound

_TRIES = 5


class Parts:
    """Completes and aborts."""

    def __init__(self, records: Records, files: Files, multipart: Multipart, removal: Removal) -> None:
        self._records = records
        self._files = files
        self._multipart = multipart
        self._removal = removal

    def complete(self, owner: str, object_id: UUID, parts: Sequence[tuple[int, str]]) -> MediaObject:
        """Make one file of `parts` (number and etag); the worker hears of it by the bucket's event.

        Completing again what is complete changes nothing. Raises UploadNotFound, UploadNotOpen, and
        Invalid for parts that are not those uploaded, in order, of the promised size altogether.
        """
        obj = self._upload(owner, object_id)
        if obj.multipart is None:
            raise NotInParts
        arrived = None if obj.delivered else self._multipart.arrived(obj.key, obj.multipart)
        if arrived is None:
            if obj.delivered or self._files.stat(obj.key) is not None:
                return obj
            raise UploadEnded
        there = {part.number: part for part in arrived}
        if any(number not in there or there[number].etag != etag for number, etag in parts):
            raise PartsRefused("must name parts that were uploaded, with their etags")
        size = sum(there[number].size for number, _ in parts)
        if size != obj.size or len({number for number, _ in parts}) != len(parts):
            raise PartsRefused(f"must amount to {obj.size} bytes, and have {size}")
        self._multipart.complete(obj.key, obj.multipart, sorted(parts))
        return obj

    def abort(self, owner: str, object_id: UUID) -> None:
        """Give up an upload that has not arrived. Raises UploadNotFound, UploadNotOpen, Transient."""
        for _ in range(_TRIES):
            obj = self._upload(owner, object_id)
            if obj.delivered or obj.upload_until is None:
                raise AlreadyArrived
            with suppress(Stale):  # it has changed just now, by arriving for one: look again
                self._removal.delete(owner, object_id, partial(require_match, of_version(obj.version)))
                return
        raise UploadBusy

    def _upload(self, owner: str, object_id: UUID) -> MediaObject:
        obj = self._records.get(owner, object_id)
        if obj is None or obj.status is Status.DELETING:
            raise UploadNotFound
        return obj
