"""A post: the draft that its author works on, and what everybody sees of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from blog.domain.cover import Cover


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote something; `name` is what the account was called then."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The working copy of a post, published or not. `version` grows by one with each change.

    `published_at` is set while the post is public, `publish_at` while it waits to become so.
    A field that is added later has a default: what was stored before does not have it.
    """

    id: UUID
    slug: str
    author: Author
    title: str
    created_at: datetime
    updated_at: datetime
    markdown: str = ""
    summary: str = ""
    tags: tuple[str, ...] = ()
    publish_at: datetime | None = None
    published_at: datetime | None = None
    published_version: int | None = None
    version: int = 1
    cover: Cover | None = None
    cover_alt: str = ""

    def changed(self, fields: Mapping[str, Any], now: datetime) -> Draft:
        """Return the draft with `fields` set; the same one when that changes nothing."""
        after = replace(self, **fields)
        return self if after == self else replace(after, updated_at=now, version=self.version + 1)

    def published(self, now: datetime) -> Draft:
        """Return the draft once it is public as it stands; the same one if it is already."""
        if self.published_version == self.version and self.publish_at is None:
            return self
        at, version = self.published_at or now, self.version + 1
        return replace(self, publish_at=None, published_at=at, published_version=version, version=version)

    def withdrawn(self) -> Draft:
        """Return the draft once it is no longer public."""
        version = self.version + 1
        return replace(self, publish_at=None, published_at=None, published_version=None, version=version)

    def uncovered(self, now: datetime) -> Draft:
        """Return the draft without its cover; what is public as it stands stays so."""
        version = self.version + 1
        public = version if self.published_version == self.version else self.published_version
        return replace(self, cover=None, updated_at=now, version=version, published_version=public)


@dataclass(frozen=True, slots=True)
class Post:
    """What everybody sees. A list has it without `markdown`."""

    id: UUID
    slug: str
    author: Author
    title: str
    summary: str
    published_at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()
    markdown: str = ""
    version: int = 1
    cover: Cover | None = None
    cover_alt: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of what readers leave with a post."""

    likes: int = 0
    comments: int = 0


@dataclass(frozen=True, slots=True)
class CountedPost:
    """A post and what readers have left with it."""

    post: Post
    counts: Counts = Counts()


def post_of(draft: Draft, summarise: Callable[[str], str]) -> Post:
    """Return what everybody sees of a draft that is published."""
    if draft.published_at is None:
        raise ValueError("the draft is not published")
    return Post(
        id=draft.id,
        slug=draft.slug,
        author=draft.author,
        title=draft.title,
        summary=draft.summary or summarise(draft.markdown),
        published_at=draft.published_at,
        updated_at=draft.updated_at,
        tags=draft.tags,
        markdown=draft.markdown,
        version=draft.version,
        cover=draft.cover,
        cover_alt=draft.cover_alt,
    )
