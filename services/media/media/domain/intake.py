"""Taking files in: whatever was announced, make the records agree with what stands in the bucket now.

An event only names a key. What happens depends on the bucket and the record alone, so events may come
twice, late, in any order or never (the sweep looks again).
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.accounts import AccountErased
from chassis.clock import Clock, utc_now
from chassis.errors import Problem, Stale
from media.domain import naming
from media.domain.examination import Examiner
from media.domain.lease import held
from media.domain.objects import (
    FALLBACK_TYPE,
    Content,
    Findings,
    Lane,
    MediaObject,
    Status,
    Thumbnail,
)
from media.domain.ports import AccountRecords, Files, Records
from media.domain.publication import PublicCopies
from media.domain.removal import Removal
from media.domain.rendering import Rendering
from media.errors import DeletionPending, LimitExceeded, RenderingFailed

log = logging.getLogger(__name__)

_GIVEN_UP = "The picture could not be read: whatever reads it was stopped each time."


class Intake:
    """Settles keys: finds or makes the record, has the content examined, keeps the outcome."""

    def __init__(
        self,
        records: Records,
        accounts: AccountRecords,
        files: Files,
        examiner: Examiner,
        removal: Removal,
        public: PublicCopies,
        clock: Clock = utc_now,
        lane: Lane = Lane.QUICK,
    ) -> None:
        """What needs more than the quick lane has is left to an Intake of the slow one."""
        self._records = records
        self._accounts = accounts
        self._files = files
        self._examiner = examiner
        self._removal = removal
        self._public = public
        self._clock = clock
        self._lane = lane

    def register(self, key: str) -> MediaObject | None:
        """Make the record of a file that was put straight into the bucket, without looking into it.

        Return it; None where there is nothing to keep. Raises Transient.
        """
        owner, content = naming.owner_of(key), self._files.stat(key)
        return self._appeared(owner, key, content) if owner and content else None

    def reconcile(self, key: str) -> None:
        """Bring the record of `key` up to date with the bucket.

        Raises Stale, ContentChanged, DeletionPending or Transient when it is worth trying again; the
        sweep does so in any case.
        """
        owner = naming.owner_of(key)
        if owner is None:
            return
        content = self._files.stat(key)
        obj = self._records.by_key(key)
        if content is not None and self._accounts.is_erased(owner):
            self._files.delete(key)
            return
        if obj is None:
            if content is None:
                return
            obj = self._appeared(owner, key, content)
            if obj is None:
                return
        if obj.status is Status.DELETING:
            self._came_while_leaving(obj, content)
        elif content is None:
            self._missing(obj)
        else:
            self._present(obj, content)

    def _appeared(self, owner: str, key: str, content: Content) -> MediaObject | None:
        """Make the record of a file put straight into the bucket; None when the account is gone."""
        filename = naming.clean_filename(key) or "file"
        obj = MediaObject(
            id=_id_of_direct(key, content),
            owner=owner,
            key=key,
            filename=filename,
            content_type=content.content_type,
            size=content.size,
            created_at=content.modified,
            etag=content.etag,
            due_at=self._clock(),
        )
        try:
            return self._records.create(obj)
        except AccountErased:
            self._files.delete(key)
            return None

    def _came_while_leaving(self, obj: MediaObject, content: Content | None) -> None:
        if content is None:
            return
        if obj.upload_until is None:
            raise DeletionPending
        self._files.delete(obj.key)

    def _missing(self, obj: MediaObject) -> None:
        """Forget an object whose owner deleted the file in the bucket. A promised upload may still come."""
        if obj.delivered:
            self._removal.discard(obj)

    def _present(self, obj: MediaObject, content: Content) -> None:
        now = self._clock()
        if obj.settled and obj.etag == content.etag:
            if obj.due_at is not None:
                self._records.replace(obj, replace(obj, due_at=None))
            return
        if obj.is_being_processed(content.etag, now) or obj.is_of_another_lane(content.etag, self._lane):
            return
        claimed = self._records.replace(obj, obj.claimed(content, now))
        if claimed.public:  # what takes its place is public only once its owner says so
            self._public.remove(claimed.owner, claimed.id)
        if claimed.is_given_up:
            self._conclude(claimed, Findings(claimed.content_type, claimed.declared_sha256, _GIVEN_UP), ())
            return
        try:
            with (
                held(self._records, claimed, self._clock),
                self._examiner.examine(claimed) as (findings, renderings),
            ):
                self._conclude(claimed, findings, renderings)
        except LimitExceeded as error:
            self._exceeded(claimed, str(error))
        except RenderingFailed as error:
            log.warning("rendering failed", extra={"object_id": str(claimed.id), "error": str(error)})
            self._give_back(claimed, is_to_blame=True)
        except Problem:
            self._give_back(claimed, is_to_blame=False)
            raise

    def _conclude(self, claimed: MediaObject, findings: Findings, renderings: tuple[Rendering, ...]) -> None:
        """Keep thumbnails, then the outcome. A worker that lost its claim deletes its thumbnails again."""
        thumbnails = tuple(_thumbnail_of(claimed, rendering) for rendering in renderings)
        for thumbnail, rendering in zip(thumbnails, renderings, strict=True):
            self._files.write(thumbnail.key, rendering.path, rendering.content_type)
            self._files.write(thumbnail.fallback or "", rendering.fallback, FALLBACK_TYPE)
        kept = frozenset(key for thumbnail in thumbnails for key in thumbnail.keys)
        try:
            self._records.replace(claimed, claimed.concluded(findings, thumbnails))
        except Stale:
            for key in kept:
                self._files.delete(key)
            log.info("claim lost", extra={"object_id": str(claimed.id)})
            return
        log.info(
            "object settled",
            extra={"object_id": str(claimed.id), "reason": findings.reason, "bytes": claimed.size},
        )
        if claimed.thumbnails or claimed.attempts > 1:
            self._files.delete_all(naming.thumbnails_prefix(claimed.owner, claimed.id), kept)

    def _exceeded(self, claimed: MediaObject, reason: str) -> None:
        """Let the slow lane try what is too much for the quick one; what is too much for both is refused."""
        if self._lane is Lane.SLOW:
            findings = Findings(claimed.content_type, claimed.declared_sha256, reason)
            self._conclude(claimed, findings, ())
            return
        log.info("object moves to the slow lane", extra={"object_id": str(claimed.id), "reason": reason})
        with suppress(Stale):
            self._records.replace(claimed, claimed.moved_to_the_slow_lane(self._clock()))

    def _give_back(self, claimed: MediaObject, *, is_to_blame: bool) -> None:
        """Let others try at once. If even that fails, the lease runs out."""
        try:
            released = claimed.released(self._clock(), is_to_blame=is_to_blame)
            self._records.replace(claimed, released)
        except Problem as error:
            log.warning("claim not released", extra={"object_id": str(claimed.id), "error": repr(error)})


def _thumbnail_of(obj: MediaObject, rendering: Rendering) -> Thumbnail:
    return Thumbnail(
        name=rendering.name,
        width=rendering.width,
        height=rendering.height,
        content_type=rendering.content_type,
        key=naming.thumbnail_key(obj.owner, obj.id, obj.version, rendering.path.name),
        fallback=naming.thumbnail_key(obj.owner, obj.id, obj.version, rendering.fallback.name),
    )


def _id_of_direct(key: str, content: Content) -> UUID:
    """Return a UUIDv7 whose time is the file's and whose random part is its key and content.

    So two workers that meet a new file at once make the same record of it.
    """
    return _uuid7(content.modified, hashlib.sha256(f"{key}\0{content.etag}".encode()).digest())


def _uuid7(moment: datetime, seed: bytes) -> UUID:
    milliseconds = int(moment.timestamp() * 1000) & (1 << 48) - 1
    low, high = int.from_bytes(seed[:8]) & (1 << 62) - 1, int.from_bytes(seed[8:10]) & 0xFFF
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
