"""Erasing an account: new writes are refused first, then everything is deleted, then once more.

Tokens, temporary credentials and upload forms outlive the account by up to LAST_CREDENTIAL. Records are
refused by the mark; files that still arrive are deleted as they are announced, and by a second sweep.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from chassis.clock import Clock, utc_now
from chassis.errors import Stale
from media.domain import naming
from media.domain.collection_removal import CollectionRemoval
from media.domain.ports import AccountRecords, Files, PendingErasure, Records
from media.domain.publication import PublicCopies
from media.domain.removal import Removal

log = logging.getLogger(__name__)

LAST_CREDENTIAL = timedelta(hours=13)
"""STS gives roles to other roles for at most 12 hours; an hour for what was begun at the end."""


class Eraser:
    """An AccountData: what the service keeps of accounts."""

    def __init__(
        self,
        records: Records,
        accounts: AccountRecords,
        files: Files,
        removal: Removal,
        collections: CollectionRemoval,
        public: PublicCopies,
        clock: Clock = utc_now,
    ) -> None:
        self._records = records
        self._removal = removal
        self._collections = collections
        self._public = public
        self._accounts = accounts
        self._files = files
        self._clock = clock

    def is_erased(self, owner: str) -> bool:
        return self._accounts.is_erased(owner)

    def mark_erased(self, owner: str) -> None:
        self._accounts.mark_erased(owner, self._clock())

    def erase(self, owner: str) -> None:
        """What fails here the sweep does later."""
        self.sweep(self._accounts.mark_erased(owner, self._clock()))

    def sweep(self, erasure: PendingErasure) -> None:
        """Erase what is there of a closed account, and say when to look again."""
        owner = erasure.owner
        self._collections.erase(owner)
        self._public.remove(owner)
        files = self._files.delete_all(naming.originals_prefix(owner))
        files += self._files.delete_all(naming.thumbnails_prefix(owner))
        for obj in self._records.owned(owner):
            try:
                self._removal.forget(obj)
            except Stale:
                log.info("object changed while being erased", extra={"object_id": str(obj.id)})
        left = next(iter(self._records.owned(owner)), None)
        last_look = erasure.erased_at + LAST_CREDENTIAL
        if left is not None:
            self._accounts.postpone_erasure(erasure, self._clock())
        else:
            self._accounts.postpone_erasure(erasure, last_look if self._clock() < last_look else None)
        log.info("account swept", extra={"owner": owner, "files": files})
