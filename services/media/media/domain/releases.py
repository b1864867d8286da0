"""Releases of software: drafted, uploaded, published once, and from then on taken from the edge."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from chassis.clock import Clock
from chassis.errors import FieldError
from chassis.http.pagination import Slice
from media.domain import naming
from media.domain.ports import Files, ReleaseRecords, SignedUrls
from media.domain.release import Release, ReleaseFile, is_newer
from media.domain.uploads import StartedUpload
from media.errors import (
    FieldsRefused,
    FileMissing,
    FileWrong,
    NameTaken,
    ReleaseNotFound,
    ReleasePublished,
    TooManyPlatforms,
)

UPLOAD_TIME = timedelta(hours=6)
STAGED = "incoming/releases/"
"""The prefix of files that are not published yet; the CDN does not serve it."""

_MOST_PLATFORMS = 50
_SERVED_AS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class LatestRelease:
    """What a device is told of."""

    release: Release
    file: ReleaseFile
    published_at: datetime


class Releases:
    """Takes releases in and tells of them."""

    def __init__(
        self, records: ReleaseRecords, files: Files, links: SignedUrls, largest: int, clock: Clock
    ) -> None:
        self._records = records
        self._files = files
        self._links = links
        self._largest = largest
        self._clock = clock

    def draft(self, product: str, version: str, upload_id: UUID, wanted: ReleaseFile) -> StartedUpload:
        """Keep a draft of a file, in place of an earlier one for its platform, and open its upload.

        Raises Invalid where it is too large, Conflict where that platform's is published already or another
        platform's file has this name, Stale when the release changed meanwhile.
        """
        if wanted.size > self._largest:
            raise FieldsRefused([FieldError("/size", f"must be at most {self._largest}")])
        release = self._records.release(product, version) or Release(product, version)
        draft = _unfinished(release, wanted) or replace(wanted, staged_key=f"{STAGED}{upload_id}")
        if not draft.publishing:
            _check_place(release, wanted)
            self._records.replace(release, release.with_file(draft), self._clock())
        until = self._clock() + UPLOAD_TIME
        form = self._links.upload_form(draft.staged_key, _SERVED_AS, draft.size, until, draft.sha256)
        return StartedUpload(upload_id, form, until)

    def publish(self, product: str, version: str, rollout_percent: int | None) -> Release:
        """Publish the files of a version, all at once; what was published before stays as it is.

        Their bytes are settled in the record before the first of them lies at its public address, so that
        another draft, or a second call, never puts others there. With `rollout_percent`, so many of a hundred
        devices are told of it from now on. Raises NotFound, Conflict where a file is missing or is not the
        one that was announced, and Stale when the release changed meanwhile.
        """
        release = self._records.release(product, version)
        if release is None:
            raise ReleaseNotFound
        drafts = [file for file in release.files if file.published_at is None]
        etags = [self._checked(draft) for draft in drafts]
        now = self._clock()
        settled = tuple(replace(file, publishing=True) for file in release.files)
        if drafts and settled != release.files:
            release = self._records.replace(release, replace(release, files=settled), now)
        for draft, etag in zip(drafts, etags, strict=True):
            self._deliver(release, draft, etag)
        files = tuple(_published(file, now, rollout_percent) for file in release.files)
        if files != release.files:
            release = self._records.replace(release, replace(release, files=files), now)
        for draft in drafts:
            self._files.delete(draft.staged_key)
        return release

    def page(self, product: str, limit: int, after: str | None) -> Slice[Release]:
        """Return versions of a product of which something is published, the newest first."""
        return self._records.page(product, limit, after)

    def latest(
        self, product: str, platform: str, current: str | None, group: int | None
    ) -> LatestRelease | None:
        """Return the newest release for a group of devices, None when `current` is it or newer.

        Raises NotFound.
        """
        for release in self._records.newest(product):
            file = release.file(platform)
            if file is None or file.published_at is None or release.is_preview:
                continue
            if release.reaches(group, file):
                newer = current is None or is_newer(release.version, current)
                return LatestRelease(release, file, file.published_at) if newer else None
        raise ReleaseNotFound

    def _checked(self, draft: ReleaseFile) -> str:
        """Return the ETag of a draft's upload, which is what was announced. Raises Conflict."""
        content = self._files.stat(draft.staged_key)
        if content is None:
            raise FileMissing(draft.platform)
        digest = hashlib.sha256()
        with self._files.read(draft.staged_key, content.etag) as chunks:
            for chunk in chunks:
                digest.update(chunk)
        if content.size != draft.size or digest.hexdigest() != draft.sha256:
            raise FileWrong(draft.platform)
        return content.etag

    def _deliver(self, release: Release, draft: ReleaseFile, etag: str) -> None:
        """Put the upload of a draft where the CDN finds it."""
        disposition = naming.disposition("attachment", draft.filename)
        self._files.publish(draft.staged_key, etag, release.key(draft), _SERVED_AS, disposition)


def _unfinished(release: Release, wanted: ReleaseFile) -> ReleaseFile | None:
    """Return the file of a publication that was cut short, where `wanted` is the same file again."""
    standing = release.file(wanted.platform)
    if standing is None or standing.published_at or not standing.publishing:
        return None
    same = (standing.filename, standing.size, standing.sha256) == (
        wanted.filename,
        wanted.size,
        wanted.sha256,
    )
    return standing if same else None


def _check_place(release: Release, wanted: ReleaseFile) -> None:
    """Raise Conflict where `wanted` has no place in the release."""
    standing = release.file(wanted.platform)
    if standing and (standing.published_at or standing.publishing):
        raise ReleasePublished
    others = [file for file in release.files if file.platform != wanted.platform]
    if any(file.filename == wanted.filename for file in others):
        raise NameTaken
    if len(others) >= _MOST_PLATFORMS:
        raise TooManyPlatforms(_MOST_PLATFORMS)


def _published(file: ReleaseFile, now: datetime, rollout_percent: int | None) -> ReleaseFile:
    percent = file.rollout_percent if rollout_percent is None else rollout_percent
    return replace(file, published_at=file.published_at or now, rollout_percent=percent)
