"""A comment on a post."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from blog.domain.post import Author


@dataclass(frozen=True, slots=True)
class Comment:
    """What an account wrote below a post; without an author it is a tombstone that keeps the thread together.

    A field that is added later has a default: what was stored before does not have it.
    """

    id: UUID
    post_id: UUID
    slug: str
    author: Author | None
    text: str
    created_at: datetime
    parent_id: UUID | None = None
    deleted_at: datetime | None = None

    def tombstone(self, now: datetime) -> Comment:
        """Return what is left of the comment: its place, and nothing of its author."""
        return replace(self, author=None, text="", deleted_at=now)
