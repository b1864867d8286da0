"""Going on with an upload in parts after a lost connection: what has arrived, and where the rest goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from media.domain.objects import MediaObject, Status
from media.domain.ports import ArrivedPart, Multipart, Records, SignedUrls
from media.domain.uploads import part_size, sizes_of_parts
from media.errors import AlreadyArrived, NotInParts, UploadEnded, UploadNotFound


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part that has not arrived, and where it goes."""

    number: int
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How far an upload in parts has come."""

    object_id: UUID
    part_size: int
    arrived: tuple[ArrivedPart, ...]
    missing: tuple[MissingPart, ...]
    expires_at: datetime


class Resumption:
    """Tells how far uploads in parts have come."""

    def __init__(self, records: Records, links: SignedUrls, multipart: Multipart) -> None:
        self._records = records
        self._links = links
        self._multipart = multipart

    def progress(self, owner: str, object_id: UUID) -> UploadProgress:
        """Return what S3 has of the upload, with fresh addresses for the parts that it lacks.

        Raises UploadNotFound, UploadNotOpen, Transient.
        """
        obj = self._records.get(owner, object_id)
        if obj is None or obj.status is Status.DELETING or obj.upload_until is None:
            raise UploadNotFound
        if obj.delivered:
            raise AlreadyArrived
        if obj.multipart is None:
            raise NotInParts
        arrived = self._multipart.arrived(obj.key, obj.multipart)
        if arrived is None:
            raise UploadEnded
        missing = self._missing(obj, obj.multipart, {part.number for part in arrived}, obj.upload_until)
        return UploadProgress(obj.id, part_size(obj.size), tuple(arrived), missing, obj.upload_until)

    def _missing(
        self, obj: MediaObject, upload_id: str, there: set[int], until: datetime
    ) -> tuple[MissingPart, ...]:
        return tuple(
            MissingPart(number, size, self._links.upload_part(obj.key, upload_id, number, size, until))
            for number, size in enumerate(sizes_of_parts(obj.size), start=1)
            if number not in there
        )
