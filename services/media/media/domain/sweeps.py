"""Looking again, so that nothing depends on an event arriving or a worker living.

`DueSweep` follows what is known to be unfinished. `BucketWalk` finds files that no event announced.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from chassis.clock import Clock, utc_now
from chassis.errors import Problem
from media.domain import naming
from media.domain.erasure import Eraser
from media.domain.intake import Intake
from media.domain.objects import MediaObject, Status
from media.domain.ports import Accounts, BucketScan, BucketScans, Files, Listed, Records
from media.domain.removal import Removal

log = logging.getLogger(__name__)

_AT_ONCE = 50
_PAGES = 20
_PER_PAGE = 1000
_LEASE_SECONDS = 60.0
_CLOCKS_DIFFER = timedelta(minutes=5)


class DueSweep:
    """Goes on with objects and erasures whose time has come."""

    def __init__(
        self,
        records: Records,
        accounts: Accounts,
        files: Files,
        intake: Intake,
        removal: Removal,
        eraser: Eraser,
        clock: Clock = utc_now,
    ) -> None:
        self._records = records
        self._accounts = accounts
        self._files = files
        self._intake = intake
        self._removal = removal
        self._eraser = eraser
        self._clock = clock

    def run(self) -> None:
        """Deal with what is due, at most 50 of each kind; one failure does not hold up the others."""
        for obj in self._records.due(self._clock(), _AT_ONCE):
            _guarded(self._look_at, obj)
        for erasure in self._accounts.erasures_due(self._clock(), _AT_ONCE):
            _guarded(self._eraser.sweep, erasure)

    def _look_at(self, listed: MediaObject) -> None:
        obj = self._records.get(listed.owner, listed.id)
        now = self._clock()
        if obj is None or obj.due_at is None or obj.due_at > now:
            return
        if obj.status is Status.DELETING:
            self._removal.finish(obj)
        elif obj.delivered or self._files.stat(obj.key) is not None:
            self._intake.reconcile(obj.key)
        elif obj.has_expired(now):
            self._removal.forget(obj)
        else:
            self._records.postpone(obj, obj.next_look(now))


class BucketWalk:
    """Walks through all originals, a bounded part at a time, looking at those that are new.

    A key is looked at when it was changed since the walk before began; older ones were looked at then.
    """

    def __init__(
        self, rounds: BucketScans, records: Records, files: Files, intake: Intake, clock: Clock = utc_now
    ) -> None:
        self._rounds = rounds
        self._records = records
        self._files = files
        self._intake = intake
        self._clock = clock

    def run(self) -> None:
        """Go on with the walk for at most 20,000 keys; nothing while another worker does."""
        progress = self._rounds.lease_scan(self._clock(), _LEASE_SECONDS)
        if progress is None:
            return
        for _ in range(_PAGES):
            progress = self._advance(progress)
            if not progress.position:
                break
        self._rounds.save_scan(progress)

    def _advance(self, progress: BucketScan) -> BucketScan:
        """Look at one page of keys; an empty position means that the walk came to its end."""
        if not progress.position:
            began = progress.started_at
            progress = BucketScan("", self._clock(), began)
        page = self._files.listing(naming.ORIGINALS, progress.position, _PER_PAGE)
        for file in page.files:
            if file.modified >= progress.since - _CLOCKS_DIFFER:
                _guarded(self._look_at, file)
        return BucketScan(page.files[-1].key if page.more else "", progress.started_at, progress.since)

    def _look_at(self, file: Listed) -> None:
        """Settle what nobody has met in this form; the rest is in the care of events and the other sweep."""
        obj = self._records.by_key(file.key)
        if obj is None or obj.etag != file.etag:
            self._intake.reconcile(file.key)


T = TypeVar("T")


def _guarded(work: Callable[[T], None], subject: T) -> None:
    try:
        work(subject)
    except Problem as error:
        log.info("work continues later", extra={"error": repr(error)})
    except Exception:
        log.exception("work failed")
