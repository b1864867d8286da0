"""Beginning an upload: a place is promised, and a form handed out that S3 enforces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis.clock import Clock, utc_now
from chassis.errors import Denied, FieldError, Invalid
from media.domain import naming
from media.domain.objects import FIRST_LOOK, MediaObject, Status
from media.store.base import Form, Links, Quota, Records

UPLOAD_TIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client says it is about to upload."""

    filename: str
    content_type: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A promised place and the form that fills it."""

    object_id: UUID
    form: Form
    expires_at: datetime


class Uploads:
    """Promises places in the bucket, within limits."""

    def __init__(
        self, records: Records, links: Links, quota: Quota, largest: int, clock: Clock = utc_now
    ) -> None:
        self._records = records
        self._links = links
        self._quota = quota
        self._largest = largest
        self._clock = clock

    def begin(self, owner: str, object_id: UUID, wanted: Wanted) -> Begun:
        """Promise a place under `object_id`, or renew the promise when a first try made it already.

        Raises Invalid for a size or name that can never be, QuotaExceeded, AccountErased.
        """
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
                upload_until=now + UPLOAD_TIME,
            ),
            self._quota,
        )
        if promised.status is Status.PENDING and promised.upload_until and promised.upload_until <= now:
            promised = self._records.replace(promised, replace(promised, upload_until=now + UPLOAD_TIME))
        expires_at = promised.upload_until or now
        form = self._links.upload_form(promised.key, wanted.content_type, wanted.size, expires_at)
        return Begun(promised.id, form, expires_at)

    def _accepted(self, owner: str, wanted: Wanted) -> str:
        if not naming.is_owner(owner):
            raise Denied("This account cannot keep files.")
        errors = []
        filename = naming.clean_filename(wanted.filename)
        if not filename:
            errors.append(FieldError("/filename", "must be a file's name"))
        if wanted.size > self._largest:
            errors.append(FieldError("/size", f"must be at most {self._largest}"))
        if errors:
            raise Invalid("Some fields are wrong; see `errors`.", errors)
        return filename
