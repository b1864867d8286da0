"""A collection: copies of its maker's files, which those who have a grant may read at the edge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

PRIVATE = "private/"
"""The prefix that the edge delivers to holders of a signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What somebody gives others to read. `version` grows with every change of its own fields.

    `objects` counts what is in it. One that is `leaving` is shown to nobody and will soon be gone.
    """

    id: UUID
    owner: str
    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    version: int = 1
    objects: int = 0
    leaving: bool = False

    @property
    def prefix(self) -> str:
        """Where its files lie, which is also their path at the edge."""
        return prefix_of(self.id)

    def changed(self, name: str | None, description: str | None, now: datetime) -> Collection:
        """Return the collection with what is not None set; the same one where that changes nothing."""
        told = replace(
            self,
            name=self.name if name is None else name,
            description=self.description if description is None else description,
        )
        return self if told == self else replace(told, updated_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionItem:
    """A file in a collection, under a `path` of its own there.

    It is a copy of the content `etag` of the object; `ready` once that lies where the edge finds it.
    """

    collection_id: UUID
    owner: str
    object_id: UUID
    path: str
    size: int
    content_type: str
    etag: str
    added_at: datetime
    ready: bool = False

    @property
    def key(self) -> str:
        """Where the copy lies, which is also its path at the edge."""
        return f"{prefix_of(self.collection_id)}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Somebody's right to read a collection, until `expires_at` (None: until it is taken back)."""

    collection_id: UUID
    user_id: str
    granted_at: datetime
    expires_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Say whether it still counts."""
        return self.expires_at is None or now < self.expires_at


def prefix_of(collection_id: UUID) -> str:
    """Return where the files of a collection lie."""
    return f"{PRIVATE}{collection_id}/"
