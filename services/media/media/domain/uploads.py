"""Beginning an upload: a place is promised, and S3 itself enforces the promise's terms.

Up to LARGEST_FORM bytes go by one presigned form; more go in parts, each to an address of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis.allowance import Allowance
from chassis.clock import Clock, utc_now
from chassis.errors import FieldError
from chassis.turns import Turns
from media.domain import naming
from media.domain.objects import FIRST_LOOK, MediaObject, Status
from media.domain.ports import Form, Multipart, Quota, Records, SignedUrls
from media.errors import FieldsRefused, NoStorage

MIB = 1024 * 1024
LARGEST_FORM = 64 * MIB
SMALLEST_PART = 16 * MIB
MOST_PARTS = 100
"""Keeps the answer with all its addresses small enough for the item in which it is kept for replay."""

FORM_TIME = timedelta(minutes=15)
PARTS_TIME = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What a client says it is about to upload."""

    filename: str
    content_type: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class PartAddresses:
    """Where the parts go, from number 1; all have `size` bytes but the last, which has the rest."""

    size: int
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartedUpload:
    """A promised place and what fills it."""

    object_id: UUID
    how: Form | PartAddresses
    expires_at: datetime


class Uploads:
    """Promises places in the bucket, within limits."""

    def __init__(
        self,
        records: Records,
        links: SignedUrls,
        multipart: Multipart,
        quota: Quota,
        largest: int,
        allowance: Allowance,
        turns: Turns,
        clock: Clock = utc_now,
    ) -> None:
        self._records = records
        self._links = links
        self._multipart = multipart
        self._quota = quota
        self._largest = largest
        self._allowance = allowance
        self._turns = turns
        self._clock = clock

    def begin(self, owner: str, object_id: UUID, wanted: UploadRequest) -> StartedUpload:
        """Promise a place under `object_id`, or renew the promise when a first try made it already.

        Raises Invalid for a size or name that can never be, QuotaExceeded, AccountErased, and TooMany when
        the owner has begun as many of late as it may, or too many wait for their turn.
        """
        with self._turns.turn(owner):
            return self._begin(owner, object_id, wanted)

    def _begin(self, owner: str, object_id: UUID, wanted: UploadRequest) -> StartedUpload:
        self._allowance.require(owner)
        self._allowance.spend(owner, 1)
        filename = self._accepted(owner, wanted)
        now = self._clock()
        promised = self._records.create(
            MediaObject(
                id=object_id,
                owner=owner,
                key=naming.upload_key(owner, object_id, filename),
                filename=filename,
                content_type=wanted.content_type,
                size=wanted.size,
                declared_sha256=wanted.sha256,
                created_at=now,
                due_at=now + FIRST_LOOK,
                upload_until=now + self._time(wanted.size),
            ),
            self._quota,
        )
        return self._opened(self._renewed(promised), wanted)

    def _opened(self, promised: MediaObject, wanted: UploadRequest) -> StartedUpload:
        expires_at = promised.upload_until or self._clock()
        if wanted.size <= LARGEST_FORM:
            form = self._links.upload_form(
                promised.key, wanted.content_type, wanted.size, expires_at, wanted.sha256
            )
            return StartedUpload(promised.id, form, expires_at)
        if promised.multipart is None:
            upload_id = self._multipart.start(promised.key, wanted.content_type)
            promised = self._records.replace(promised, replace(promised, multipart=upload_id))
        return StartedUpload(promised.id, self._parts(promised, wanted.size, expires_at), expires_at)

    def _parts(self, promised: MediaObject, size: int, expires_at: datetime) -> PartAddresses:
        urls = tuple(
            self._links.upload_part(promised.key, promised.multipart or "", number, part, expires_at)
            for number, part in enumerate(sizes_of_parts(size), start=1)
        )
        return PartAddresses(part_size(size), urls)

    def _renewed(self, promised: MediaObject) -> MediaObject:
        """Give a promise that a first try made, and that has run out since, its full time again."""
        now = self._clock()
        if promised.status is not Status.PENDING or (promised.upload_until or now) > now:
            return promised
        return self._records.replace(
            promised, replace(promised, upload_until=now + self._time(promised.size))
        )

    @staticmethod
    def _time(size: int) -> timedelta:
        return FORM_TIME if size <= LARGEST_FORM else PARTS_TIME

    def _accepted(self, owner: str, wanted: UploadRequest) -> str:
        if not naming.is_owner(owner):
            raise NoStorage
        errors = []
        filename = naming.clean_filename(wanted.filename)
        if not filename:
            errors.append(FieldError("/filename", "must be a file's name"))
        if wanted.size > self._largest:
            errors.append(FieldError("/size", f"must be at most {self._largest}"))
        if errors:
            raise FieldsRefused(errors)
        return filename


def part_size(size: int) -> int:
    """Return the bytes of each part of a file: whole MiB, SMALLEST_PART or more, in MOST_PARTS at most."""
    return max(SMALLEST_PART, -(-size // (MOST_PARTS * MIB)) * MIB)


def sizes_of_parts(size: int) -> list[int]:
    """Return the bytes of every part of a file, in order."""
    part = part_size(size)
    return [min(part, size - start) for start in range(0, size, part)]
