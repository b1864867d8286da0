"""What the media service asks of its stores. Every adapter passes the same contract suite (tests/store)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from chassis.http.pagination import Slice
from media.domain.objects import Content, Lane, MediaObject
from media.domain.release import Release


@dataclass(frozen=True, slots=True)
class Quota:
    """The most that one account may hold."""

    bytes: int
    objects: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What an account holds, promised uploads included."""

    bytes: int
    objects: int


@dataclass(frozen=True, slots=True)
class PendingErasure:
    """An account whose data is to be erased; `erased_at` is when that was decided."""

    owner: str
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class BucketScan:
    """How far the walk through the bucket has come.

    `position` is the key after which it goes on (empty: at the beginning). Files changed since
    `since` are looked at; `started_at` is when the present walk began.
    """

    position: str
    started_at: datetime
    since: datetime


class Records(Protocol):
    """Objects by owner and id, by key, and by when they are due. Only `due` may lag behind writes.

    Every method raises Transient when the store is away.
    """

    def create(self, obj: MediaObject, quota: Quota | None = None) -> MediaObject:
        """Keep a new object, and its key as its own, at once or not at all.

        Returns `obj`; or what stands already under this id or this key. Raises AccountErased,
        and QuotaExceeded where a quota is given.
        """
        ...

    def get(self, owner: str, object_id: UUID) -> MediaObject | None:
        """Return an object, also one that is being deleted."""
        ...

    def by_key(self, key: str) -> MediaObject | None:
        """Return the object that owns `key`, also one that is being deleted."""
        ...

    def page(self, owner: str, limit: int, position: Mapping[str, object] | None) -> Slice[MediaObject]:
        """Return objects of `owner`, newest first, without those being deleted.

        The position is a mapping `{"after": <id>}`; Invalid when it is something else.
        """
        ...

    def replace(self, old: MediaObject, new: MediaObject) -> MediaObject:
        """Put `new` in place of `old` with the event that this is, and return it with its new version.

        Raises Stale when `old` is not current.
        """
        ...

    def postpone(self, obj: MediaObject, due_at: datetime) -> None:
        """Move the sweep's next look, without a new version. Nothing happens when `obj` is not current."""
        ...

    def remove(self, obj: MediaObject) -> None:
        """Forget the object and its key, with the event that this is; gone already is fine.

        Raises Stale when `obj` is not current.
        """
        ...

    def release_key(self, obj: MediaObject) -> None:
        """Let another object have the key; the object itself stays."""
        ...

    def due(
        self, now: datetime, lane: Lane, limit: int, position: Mapping[str, Any] | None = None
    ) -> Slice[MediaObject]:
        """Return objects of `lane` whose `due_at` has come, at most `limit`, from `position` on.

        The answer's position leads to the next. May lag behind writes: look again before acting.
        """
        ...

    def owned(self, owner: str) -> Iterator[MediaObject]:
        """Return all objects of `owner`, also those being deleted."""
        ...

    def probe(self) -> None:
        """Return when the store answers."""
        ...


class ReleaseRecords(Protocol):
    """Releases by product and version. Every method raises Transient when the store is away."""

    def release(self, product: str, version: str) -> Release | None:
        """Return a release, published or not."""
        ...

    def replace(self, old: Release, new: Release, now: datetime) -> Release:
        """Put `new` in place of `old` (revision 0: of nothing), and return it with its new revision.

        Raises Stale when `old` is not current. One of which nothing is published is forgotten days later.
        """
        ...

    def page(self, product: str, limit: int, after: str | None) -> Slice[Release]:
        """Return releases of which something is published, the newest version first.

        The position is a mapping `{"after": <text>}`.
        """
        ...

    def newest(self, product: str) -> Iterator[Release]:
        """Return releases of which something is published, the newest version first."""
        ...


class AccountRecords(Protocol):
    """What is known of an account as a whole. Every method raises Transient when the store is away."""

    def usage(self, owner: str) -> Usage:
        """Return what `owner` holds."""
        ...

    def mark_erased(self, owner: str, now: datetime) -> PendingErasure:
        """Close the account for good, due at once; the first mark's time stands."""
        ...

    def is_erased(self, owner: str) -> bool:
        """Say whether the account was closed."""
        ...

    def erasures_due(self, now: datetime, limit: int) -> list[PendingErasure]:
        """Return closed accounts that are to be swept (again)."""
        ...

    def postpone_erasure(self, erasure: PendingErasure, due_at: datetime | None) -> None:
        """Say when to sweep the account again; None: never, the erasure is complete."""
        ...


class BucketScans(Protocol):
    """The walk through the bucket, of which there is one at a time however many workers run."""

    def lease_scan(self, now: datetime, lease: float) -> BucketScan | None:
        """Take the walk through the bucket for `lease` seconds; None while another worker has it."""
        ...

    def save_scan(self, progress: BucketScan) -> None:
        """Keep how far the walk has come, and let go of it."""
        ...


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file in a listing; `etag` identifies its bytes."""

    key: str
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """Some files of the bucket, in order of their keys; `more` says whether others follow."""

    files: Sequence[ListedFile]
    more: bool


class Files(Protocol):
    """The bucket. Every method raises Transient when it is away."""

    def stat(self, key: str) -> Content | None:
        """Return what stands under `key`."""
        ...

    def read(self, key: str, etag: str) -> AbstractContextManager[Iterator[bytes]]:
        """Open the content `etag` of `key` as bounded chunks.

        Raises ContentChanged when it is not there any more.
        """
        ...

    def write(self, key: str, source: Path, content_type: str) -> None:
        """Store the file `source`; it never changes under its key."""
        ...

    def publish(self, source: str, etag: str, key: str, content_type: str, disposition: str) -> None:
        """Copy the content `etag` of `source` to `key`, where everybody may keep it for good.

        Raises ContentChanged when it is not there any more.
        """
        ...

    def share(self, source: str, etag: str, key: str, content_type: str, disposition: str) -> None:
        """Copy the content `etag` of `source` to `key`, for readers with a signature.

        Raises ContentChanged when it is not there any more.
        """
        ...

    def link(self, key: str, lifetime: timedelta) -> str:
        """Return an address at which the suite's own services read `key` for `lifetime`. Makes no call."""
        ...

    def delete(self, key: str) -> None:
        """Delete what stands under `key`, if anything."""
        ...

    def delete_all(self, prefix: str, keep: frozenset[str] = frozenset()) -> int:
        """Delete everything under `prefix` but `keep`; return how many."""
        ...

    def listing(self, prefix: str, after: str, limit: int) -> Listing:
        """Return up to `limit` files whose keys begin with `prefix` and come after `after`."""
        ...

    def probe(self) -> None:
        """Return when the bucket answers."""
        ...


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """A part that has arrived."""

    number: int
    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """An upload in parts that is neither completed nor aborted."""

    key: str
    upload_id: str
    started_at: datetime


class Multipart(Protocol):
    """Uploads in parts. Every method raises Transient when the bucket is away."""

    def start(self, key: str, content_type: str) -> str:
        """Begin an upload under `key`; return S3's id of it."""
        ...

    def arrived(self, key: str, upload_id: str) -> list[ArrivedPart] | None:
        """Return the parts that are there, in order; None when there is no such upload (any more)."""
        ...

    def complete(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> None:
        """Make one file of the parts `(number, etag)`. Raises Invalid when S3 does not accept them."""
        ...

    def abort(self, key: str, upload_id: str) -> None:
        """Drop the upload with all its parts; fine when there is none (any more)."""
        ...

    def open_uploads(self) -> Iterator[OpenUpload]:
        """Return all uploads that are open, of all owners."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """What a client posts, as `multipart/form-data` with the file last as `file`, straight to S3."""

    url: str
    fields: Mapping[str, str]


class SignedUrls(Protocol):
    """Signed, short-lived addresses as clients reach the bucket. Makes no calls."""

    def upload_form(
        self, key: str, content_type: str, size: int, expires_at: datetime, sha256: str | None = None
    ) -> Form:
        """Return a form that puts exactly `size` bytes of `content_type` under `key`, until `expires_at`.

        With a digest (hexadecimal), bytes that do not have it are refused.
        """
        ...

    def upload_part(self, key: str, upload_id: str, number: int, size: int, expires_at: datetime) -> str:
        """Return an address to which exactly `size` bytes are put as part `number`, until `expires_at`."""
        ...

    def download(self, key: str, content_type: str, disposition: str) -> str:
        """Return an address of `key`, answered with these headers whatever was uploaded."""
        ...

    def window(self) -> int:
        """Return the number of the present signing window: within one, an address does not change."""
        ...
