"""What becomes of uploads that nobody finished: of unpublished releases, and in parts never put together."""

from __future__ import annotations

from datetime import timedelta

from chassis.clock import Clock
from media.domain.ports import Files, Multipart
from media.domain.releases import STAGED, UPLOAD_TIME

KEPT = timedelta(days=7) + UPLOAD_TIME
"""Longer than a draft of which nothing is published, whose upload may begin at its end."""

OPEN_FOR = timedelta(days=7)
"""As long as the bucket's own rule in AWS keeps the parts of an upload."""

_PER_PAGE = 1000


class StagedSweep:
    """Deletes staged files that are older than any draft that could need them."""

    def __init__(self, files: Files, clock: Clock) -> None:
        self._files = files
        self._clock = clock

    def run(self) -> None:
        """Walk through all staged files."""
        after, more = "", True
        while more:
            page = self._files.listing(STAGED, after, _PER_PAGE)
            for file in page.files:
                if file.modified < self._clock() - KEPT:
                    self._files.delete(file.key)
            after, more = (page.files[-1].key if page.files else ""), page.more


class OpenUploadSweep:
    """Aborts uploads in parts that are open for longer than any is used.

    The sweep of objects aborts those that it knows. Others were begun by a request that died before it could
    keep their id, or by people with credentials of their own.
    """

    def __init__(self, multipart: Multipart, clock: Clock) -> None:
        self._multipart = multipart
        self._clock = clock

    def run(self) -> None:
        """Walk through all open uploads."""
        for upload in self._multipart.open_uploads():
            if upload.started_at < self._clock() - OPEN_FOR:
                self._multipart.abort(upload.key, upload.upload_id)
