"""Taking things out of collections: the record of it first or last, so that a crash leaves nothing readable.

What is taken out goes from the bucket, then from the edge's copies, and last from the records: as long as
one of the first two fails, the record stays, and the next request goes on with it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from chassis.clock import Clock, utc_now
from chassis.errors import Problem
from media.domain.collection import Collection, CollectionItem
from media.domain.collection_ports import CollectionItems, CollectionRecords, EdgeCopies, GrantRecords
from media.domain.ports import Files

log = logging.getLogger(__name__)

_PER_PAGE = 100
_DUE_AT_ONCE = 10


class CollectionRemoval:
    """Removes items, whole collections, and all that belongs to an account."""

    def __init__(
        self,
        records: CollectionRecords,
        items: CollectionItems,
        grants: GrantRecords,
        files: Files,
        edge: EdgeCopies,
        clock: Clock = utc_now,
    ) -> None:
        self._records = records
        self._items = items
        self._grants = grants
        self._files = files
        self._edge = edge
        self._clock = clock

    def take_out(self, item: CollectionItem) -> None:
        """Take `item` out: once this returns, its copy cannot be opened."""
        self._files.delete(item.key)
        self._edge.purge([f"/{item.key}"])
        self._items.take_out(item)

    def take_out_everywhere(self, owner: str, object_id: UUID) -> None:
        """Take an object out of every collection that has it."""
        for item in list(self._items.copies(owner, object_id)):
            self.take_out(item)

    def finish(self, marked: Collection) -> None:
        """Remove what belongs to a collection that is leaving. May be called any number of times."""
        self._files.delete_all(marked.prefix)
        self._edge.purge([f"/{marked.prefix}*"])
        while items := self._items.page(marked.id, _PER_PAGE, None).items:
            for item in items:
                self._items.take_out(item)
        while grants := self._grants.page(marked.id, _PER_PAGE, None).items:
            for grant in grants:
                self._grants.remove(marked.owner, marked.id, grant.user_id)
        # What was being added while it was marked may have arrived since.
        self._files.delete_all(marked.prefix)
        self._records.remove(marked)

    def erase(self, user_id: str) -> None:
        """Remove all collections of an account, and all grants that it has."""
        for collection in list(self._records.owned(user_id)):
            self.finish(self._records.leave(collection, self._clock()))
        for owner, collection_id in list(self._grants.held(user_id)):
            self._grants.remove(owner, collection_id, user_id)


class CollectionSweep:
    """Goes on with collections whose deletion was begun."""

    def __init__(
        self, records: CollectionRecords, removal: CollectionRemoval, clock: Clock = utc_now
    ) -> None:
        self._records = records
        self._removal = removal
        self._clock = clock

    def run(self) -> None:
        """Finish what is due; one failure does not hold up the others."""
        for collection in self._records.leaving(self._clock() - timedelta(seconds=1), _DUE_AT_ONCE):
            try:
                self._removal.finish(collection)
            except Problem as error:
                log.warning(
                    "deletion continues later",
                    extra={"collection_id": str(collection.id), "error": repr(error)},
                )
