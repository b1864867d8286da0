"""What follows from a change of the table, whoever made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ShowAnew:
    """Something that readers see of the post has changed."""

    slug: str


@dataclass(frozen=True, slots=True)
class DropComments:
    """The post is deleted."""

    post_id: UUID


Consequence = ShowAnew | DropComments
Consequences = Sequence[Consequence]
