"""What follows from a change of the table, by the API or the worker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ShowAnew:
    """Something that readers see of the post has changed; None is a change that was made without a name."""

    slug: str
    change: str | None = None


@dataclass(frozen=True, slots=True)
class DropComments:
    """The post is deleted."""

    post_id: UUID


@dataclass(frozen=True, slots=True)
class Welcome:
    """Somebody new wants to subscribe: the mail that asks for confirmation is due."""

    key: str
    subscriber_id: UUID


@dataclass(frozen=True, slots=True)
class Announce:
    """A post is public that was not: its mail is due to a page of subscribers, those behind the key `after`.

    `version` is the post's when it became public: what is published again later is announced anew.
    """

    slug: str
    post_id: UUID
    version: int
    after: str | None = None


Consequence = ShowAnew | DropComments
DueMail = Welcome | Announce
Consequences = Sequence[Consequence]


def due_in_every_region(consequences: Iterable[Consequence]) -> list[Consequence]:
    """Return what each region does for itself: its edge keeps answers of its own."""
    return [one for one in consequences if isinstance(one, ShowAnew)]
