"""A media object: its states and how it moves between them.

`pending` (a place was promised, or the file has not been looked at) → `processing` → `ready` or
`rejected`. A file that is replaced goes back to `processing`. `deleting` is final and never shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

FIRST_LOOK = timedelta(seconds=3)
LONGEST_PAUSE = timedelta(minutes=15)
LATE_ARRIVALS = timedelta(minutes=5)
"""How long after its expiry an upload may still end: S3 checks the expiry when a request begins."""

LEASE = timedelta(seconds=4)
"""How long a claim lives without being renewed: the time after which a dead worker's work is taken up."""

_LAST_WRITES = timedelta(minutes=1)
"""How long after its lease a worker, or a call that makes it public, may still be writing thumbnails."""

MOST_FAILURES = 3
"""How often a decoder may fail on a file before it is given up."""

MOST_DEATHS = 16
"""How often a worker may die at a file before the file gets the blame: workers are killed for much else."""

FALLBACK_TYPE = "image/jpeg"
"""What every thumbnail is kept as besides its own type, for clients that cannot show that."""


class Lane(StrEnum):
    """Where a file is looked at: beside others, or by itself as it needs much time or memory."""

    QUICK = "quick"
    SLOW = "slow"


class Status(StrEnum):
    """Where an object stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    READY = "ready"
    REJECTED = "rejected"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in the bucket under a key. `etag` identifies the bytes; it has no quotes."""

    size: int
    etag: str
    content_type: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A smaller picture of an object; sizes in pixels.

    `fallback` is the key of the same picture as JPEG; None for those made before there was one.
    """

    name: str
    width: int
    height: int
    content_type: str
    key: str
    fallback: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys under which the thumbnail is kept."""
        return (self.key,) if self.fallback is None else (self.key, self.fallback)


@dataclass(frozen=True, slots=True)
class Findings:
    """What examining a file brought to light. `reason` is set when it is refused."""

    content_type: str
    sha256: str | None
    reason: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaObject:
    """One file of one owner.

    `version` grows with every change and guards it. `due_at` is when the sweep looks at the object:
    for `processing` it is the end of the lease of the worker that has it; None means settled.
    `upload_until` is None for files put straight into the bucket; `multipart` is S3's upload id.
    `public` says that everybody may see its thumbnails.
    Of the `attempts` at its present content, `failures` are those that a decoder failed and `returns` those
    that were given back without blame.
    """

    id: UUID
    owner: str
    key: str
    filename: str
    content_type: str
    size: int
    created_at: datetime
    status: Status = Status.PENDING
    version: int = 1
    declared_sha256: str | None = None
    sha256: str | None = None
    reason: str | None = None
    width: int | None = None
    height: int | None = None
    thumbnails: tuple[Thumbnail, ...] = ()
    etag: str | None = None
    attempts: int = 0
    failures: int = 0
    returns: int = 0
    due_at: datetime | None = None
    upload_until: datetime | None = None
    multipart: str | None = None
    safe_to_delete_at: datetime | None = None
    lane: Lane = Lane.QUICK
    public: bool = False

    @property
    def counted_bytes(self) -> int:
        """What the object takes of its owner's quota."""
        return 0 if self.status is Status.DELETING else self.size

    @property
    def counted_objects(self) -> int:
        """Whether the object counts at all."""
        return 0 if self.status is Status.DELETING else 1

    @property
    def settled(self) -> bool:
        """Whether the content with this `etag` has been dealt with."""
        return self.status in {Status.READY, Status.REJECTED}

    @property
    def delivered(self) -> bool:
        """Whether content was ever seen in the bucket."""
        return self.etag is not None

    def is_being_processed(self, etag: str, now: datetime) -> bool:
        """Say whether a worker holds a living lease on this very content."""
        leased = self.due_at is not None and self.due_at > now
        return self.status is Status.PROCESSING and self.etag == etag and leased

    def is_of_another_lane(self, etag: str, lane: Lane) -> bool:
        """Say whether this very content waits for, or is looked at in, another lane than `lane`."""
        return self.status is Status.PROCESSING and self.etag == etag and self.lane is not lane

    def claimed(self, content: Content, now: datetime) -> MediaObject:
        """Return the object taken up for processing."""
        return replace(
            self,
            status=Status.PROCESSING,
            etag=content.etag,
            size=content.size,
            content_type=content.content_type,
            due_at=now + LEASE,
            **self._history(content),
        )

    def _history(self, content: Content) -> dict[str, Any]:
        """Return what is known of attempts at `content`, this one included."""
        if not self._is_another_try(content):
            return {"attempts": 1, "failures": 0, "returns": 0, "lane": Lane.QUICK}
        return {"attempts": self.attempts + 1}

    @property
    def is_given_up(self) -> bool:
        """Whether enough attempts before the present one came to nothing."""
        deaths = self.attempts - 1 - self.failures - self.returns
        return self.failures >= MOST_FAILURES or deaths >= MOST_DEATHS

    def moved_to_the_slow_lane(self, now: datetime) -> MediaObject:
        """Return the object given back because it needs more than the quick lane has."""
        return replace(self, lane=Lane.SLOW, due_at=now, returns=self.returns + 1)

    def _is_another_try(self, content: Content) -> bool:
        return self.etag == content.etag and not self.settled

    def released(self, now: datetime, *, is_to_blame: bool) -> MediaObject:
        """Return the object given back: processing failed for a reason that may pass.

        It counts against the file only when the file may be to blame: an outage never does. Blamed files wait
        longer each time.
        """
        if not is_to_blame:
            return replace(self, due_at=now, returns=self.returns + 1)
        failures = self.failures + 1
        return replace(self, failures=failures, due_at=now + timedelta(seconds=2**failures))

    def concluded(self, findings: Findings, thumbnails: tuple[Thumbnail, ...]) -> MediaObject:
        """Return the object as `ready` or `rejected`."""
        return replace(
            self,
            status=Status.REJECTED if findings.reason else Status.READY,
            reason=findings.reason,
            content_type=findings.content_type,
            sha256=findings.sha256,
            width=findings.width,
            height=findings.height,
            thumbnails=thumbnails,
            due_at=None,
            public=False,
        )

    def marked_for_deletion(self, now: datetime) -> MediaObject:
        """Return the object as `deleting`.

        `safe_to_delete_at` is when nothing that was let in before can write any more: the lease of a running
        processing has ended, no call copies it any more, and the upload's permission has expired.
        """
        ends = [now]
        if self.status is Status.PROCESSING and self.due_at is not None:
            ends.append(self.due_at + _LAST_WRITES)
        if self.public:
            ends.append(now + _LAST_WRITES)
        if self.multipart is not None:
            ends.append(now + LATE_ARRIVALS)  # aborted now: no part is accepted any more
        elif self.upload_until is not None:
            ends.append(self.upload_until + LATE_ARRIVALS)
        return replace(self, status=Status.DELETING, due_at=now + FIRST_LOOK, safe_to_delete_at=max(ends))

    def next_look(self, now: datetime) -> datetime:
        """Return when to look again for an upload that has not arrived: the older, the later."""
        return now + min(max(now - self.created_at, FIRST_LOOK), LONGEST_PAUSE)

    def has_expired(self, now: datetime) -> bool:
        """Say whether the upload can no longer arrive."""
        return self.upload_until is not None and now > self.upload_until + LATE_ARRIVALS
