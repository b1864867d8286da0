"""Looking again, so that nothing depends on an event arriving or a worker living.

`DueSweep` follows what is known to be unfinished, `ErasureSweep` accounts that are to be erased. `BucketWalk`
finds files that no event announced.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from chassis.clock import Clock, utc_now
from chassis.errors import Problem
from media.domain import naming
from media.domain.erasure import Eraser
from media.domain.intake import Intake
from media.domain.objects import Lane, MediaObject, Status
from media.domain.ports import AccountRecords, BucketScan, BucketScans, Files, ListedFile, Records
from media.domain.removal import Removal
from media.domain.turns import WorkSlots, by_turns

log = logging.getLogger(__name__)

_AT_ONCE = 50
_ROUNDS = 5
"""With the turns below, 20 of one owner's in a run: uploads that never come are in no hurry."""
_DUE_PAGES, _DUE_PER_PAGE = 8, 500
_MOST_OF_ONE = {Lane.QUICK: 4, Lane.SLOW: 1}
"""How many of one owner's objects are looked at before everybody who is due has had a turn."""

_THREADS = {Lane.QUICK: 2, Lane.SLOW: 1}
_PAGES = 20
_PER_PAGE = 1000
_LEASE_SECONDS = 60.0
_CLOCKS_DIFFER = timedelta(minutes=5)


class DueSweep:
    """Goes on with objects of one lane whose time has come, by turns of their owners."""

    def __init__(
        self,
        records: Records,
        files: Files,
        intake: Intake,
        removal: Removal,
        turns: WorkSlots,
        clock: Clock = utc_now,
        lane: Lane = Lane.QUICK,
    ) -> None:
        self._records = records
        self._files = files
        self._intake = intake
        self._removal = removal
        self._turns = turns
        self._clock = clock
        self._lane = lane
        self._position: Mapping[str, Any] | None = None

    def run(self) -> None:
        """Deal with what is due, in bounded rounds; one failure does not hold up the others."""
        for _ in range(_ROUNDS):
            if not self._round():
                return

    def _round(self) -> bool:
        """Look at a few of each owner's; say whether anything was left for the next round."""
        due = list(self._due())
        chosen = by_turns(due, _MOST_OF_ONE[self._lane])
        with ThreadPoolExecutor(_THREADS[self._lane], "look") as pool:
            for _done in pool.map(partial(_guarded, self._look_at), chosen):
                pass
        return len(chosen) < len(due)

    def _due(self) -> Iterator[MediaObject]:
        """Give what is due, going on where the last round had read enough: so everything comes up."""
        for _ in range(_DUE_PAGES):
            page = self._records.due(self._clock(), self._lane, _DUE_PER_PAGE, self._position)
            self._position = page.position
            yield from page.items
            if page.position is None:
                return

    def _look_at(self, listed: MediaObject) -> None:
        obj = self._records.get(listed.owner, listed.id)
        now = self._clock()
        if obj is None or obj.due_at is None or obj.due_at > now:
            return
        if obj.status is Status.DELETING:
            self._removal.finish(obj)
        elif obj.delivered or self._files.stat(obj.key) is not None:
            with self._turns.awaited(obj.owner):
                self._intake.reconcile(obj.key)
        elif obj.has_expired(now):
            self._removal.forget(obj)
        else:
            self._records.postpone(obj, obj.next_look(now))


class ErasureSweep:
    """Goes on with accounts whose erasure is not complete."""

    def __init__(self, accounts: AccountRecords, eraser: Eraser, clock: Clock = utc_now) -> None:
        self._accounts = accounts
        self._eraser = eraser
        self._clock = clock

    def run(self) -> None:
        """Deal with what is due, at most 50 accounts; one failure does not hold up the others."""
        for erasure in self._accounts.erasures_due(self._clock(), _AT_ONCE):
            _guarded(self._eraser.sweep, erasure)


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
            started_at = progress.started_at
            progress = BucketScan("", self._clock(), started_at)
        page = self._files.listing(naming.ORIGINALS, progress.position, _PER_PAGE)
        for file in page.files:
            if file.modified >= progress.since - _CLOCKS_DIFFER:
                _guarded(self._look_at, file)
        return BucketScan(page.files[-1].key if page.more else "", progress.started_at, progress.since)

    def _look_at(self, file: ListedFile) -> None:
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
