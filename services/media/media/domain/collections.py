"""Collections as their owner works on them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from uuid import UUID

from chassis.clock import Clock, utc_now
from chassis.errors import Problem
from chassis.http.etags import Precondition
from chassis.http.pagination import Slice
from media.domain.collection import Collection
from media.domain.collection_ports import CollectionLimits, CollectionRecords
from media.domain.collection_removal import CollectionRemoval
from media.errors import CollectionNotFound

log = logging.getLogger(__name__)

_AT_ONCE = 50


class Collections:
    """What an owner does with collections."""

    def __init__(
        self,
        records: CollectionRecords,
        removal: CollectionRemoval,
        limits: CollectionLimits,
        clock: Clock = utc_now,
    ) -> None:
        self._records = records
        self._removal = removal
        self._limits = limits
        self._clock = clock

    def create(self, owner: str, collection_id: UUID, name: str, description: str) -> Collection:
        """Make a collection; a repetition under the same id gives the first one. Raises Conflict."""
        now = self._clock()
        made = Collection(
            id=collection_id,
            owner=owner,
            name=name,
            description=description,
            created_at=now,
            updated_at=now,
        )
        return self._records.create(made, self._limits.collections)

    def get(self, owner: str, collection_id: UUID) -> Collection:
        """Return a collection. Raises CollectionNotFound, also when it is another's."""
        found = self._records.get(owner, collection_id)
        if found is None or found.leaving:
            raise CollectionNotFound
        return found

    def page(self, owner: str, limit: int, position: Mapping[str, object] | None) -> Slice[Collection]:
        """Return collections of `owner`, newest first."""
        return self._records.page(owner, limit, position)

    def change(
        self,
        owner: str,
        collection_id: UUID,
        name: str | None,
        description: str | None,
        check: Precondition,
    ) -> Collection:
        """Set what is not None. Raises CollectionNotFound, Stale."""
        old = self.get(owner, collection_id)
        check(old.version)
        new = old.changed(name, description, self._clock())
        return old if new is old else self._records.replace(old, new)

    def delete(self, owner: str, collection_id: UUID, check: Precondition) -> None:
        """Delete a collection: nobody gets access from now on, and its files go. Raises NotFound, Stale.

        A large one is emptied by the sweep.
        """
        old = self.get(owner, collection_id)
        check(old.version)
        marked = self._records.leave(old, self._clock())
        if marked.objects > _AT_ONCE:
            return
        try:
            self._removal.finish(marked)
        except Problem as error:
            log.warning(
                "deletion continues later", extra={"collection_id": str(marked.id), "error": repr(error)}
            )
