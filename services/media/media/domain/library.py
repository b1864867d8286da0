"""What an owner sees: objects one by one and in pages."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from chassis.http.pagination import Slice
from media.domain.objects import MediaObject, Status
from media.domain.ports import Records
from media.errors import ObjectNotFound


class Library:
    """Reads objects for their owner."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def get(self, owner: str, object_id: UUID) -> MediaObject:
        """Return an object; raise ObjectNotFound when there is none or it is another's."""
        obj = self._records.get(owner, object_id)
        if obj is None or obj.status is Status.DELETING:
            raise ObjectNotFound
        return obj

    def page(self, owner: str, limit: int, position: Mapping[str, object] | None) -> Slice[MediaObject]:
        """Return objects of `owner`, newest first."""
        return self._records.page(owner, limit, position)
