"""What becomes of uploads to releases that nobody published."""

from __future__ import annotations

from datetime import timedelta

from chassis.clock import Clock
from media.domain.ports import Files
from media.domain.releases import STAGED, UPLOAD_TIME

KEPT = timedelta(days=7) + UPLOAD_TIME
"""Longer than a draft of which nothing is published, whose upload may begin at its end."""

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
