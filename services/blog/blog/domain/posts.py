"""What can be done with posts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from blog.domain.cover import Cover
from blog.domain.events import PostEvents
from blog.domain.ports import PostFilter, PostStore, PublicPages
from blog.domain.post import Author, CountedPost, Draft, Post, post_of
from blog.domain.slugs import slug_of
from blog.errors import PostChanged, PostNotFound, SlugMissing
from chassis.accounts import AccountErased
from chassis.clock import Clock
from chassis.errors import Problem
from chassis.http.etags import Precondition
from chassis.http.pagination import Slice

log = logging.getLogger(__name__)

MOST_IN_SITEMAP = 50_000
"""Source: https://www.sitemaps.org/protocol.html"""
_AT_ONCE = 200


class Posts:
    """The blog's posts; every account with the scope blog:write may change all of them."""

    def __init__(
        self,
        store: PostStore,
        pages: PublicPages,
        events: PostEvents,
        clock: Clock,
        most: int,
        summarise: Callable[[str], str],
    ) -> None:
        self._store = store
        self._pages = pages
        self._events = events
        self._clock = clock
        self._most = most
        self._summarise = summarise

    def create(self, author: Author, post_id: UUID, slug: str | None, fields: Mapping[str, Any]) -> Draft:
        """Write a draft; a repetition under the same id gives the first one.

        Raises SlugMissing, SlugTaken, TooManyPosts, CoverGone.
        """
        slug = slug or slug_of(fields["title"])
        if not slug:
            raise SlugMissing
        now = self._clock()
        told = self._future(fields)
        draft = Draft(id=post_id, slug=slug, author=author, created_at=now, updated_at=now, **told)
        return self._store.create(draft, self._most)

    def draft(self, slug: str) -> Draft:
        """Return the working copy of a post. Raises PostNotFound."""
        found = self._store.draft(slug)
        if found is None:
            raise PostNotFound
        return found

    def drafts(self, limit: int, after: str | None) -> Slice[Draft]:
        """Return a page of all working copies, newest first."""
        return self._store.drafts(limit, after)

    def change(self, slug: str, fields: Mapping[str, Any], precondition: Precondition) -> Draft:
        """Set `fields` of the working copy and return it. Raises PostNotFound, Stale."""
        old = self.draft(slug)
        precondition(old.version)
        new = old.changed(self._future(fields), self._clock())
        if new is not old:
            self._store.replace(old, new)
        return new

    def publish(self, slug: str, precondition: Precondition) -> Draft:
        """Make the working copy public, now or when its `publish_at` comes. Raises PostNotFound, Stale."""
        old = self.draft(slug)
        precondition(old.version)
        if old.publish_at is not None and old.publish_at > self._clock():
            return old
        return self._publish(old)

    def publish_due(self, limit: int) -> int:
        """Publish what is to be published by now; return how many were found. Raises Transient."""
        due = self._store.due(self._clock(), limit)
        for slug in due:
            draft = self._store.draft(slug)
            if draft is not None and draft.publish_at is not None and draft.publish_at <= self._clock():
                self._publish(draft)
        return len(due)

    def withdraw(self, slug: str, precondition: Precondition) -> Draft:
        """Take a post back, or its publication that is planned. Raises PostNotFound, Stale."""
        old = self.draft(slug)
        precondition(old.version)
        if old.published_at is None and old.publish_at is None:
            raise PostNotFound
        new = old.withdrawn()
        if old.published_at is None:
            self._store.replace(old, new)
        else:
            event = self._events.withdrawn(self._shown(old))
            self._store.withdraw(old, new, event)
            self._show(slug, str(event.id))
        return new

    def delete(self, slug: str, precondition: Precondition) -> None:
        """Delete the working copy, and the post with it. Raises PostNotFound, Stale."""
        old = self.draft(slug)
        precondition(old.version)
        public = old.published_at is not None
        self._store.delete(old, self._events.withdrawn(self._shown(old)) if public else None)
        if public:
            self._show(slug, str(old.id))

    def end_cover(self, object_id: UUID, version: int) -> None:
        """Take a cover off all posts that chose the object before its `version`. Raises Transient."""
        self._store.end_cover(object_id, version)
        for slug in set(self._store.covered(object_id)):
            with suppress(AccountErased):  # its posts go anyhow
                self._uncover(slug, object_id, version)

    def read(self, slug: str) -> CountedPost:
        """Return what everybody sees of a post. Raises PostNotFound."""
        found = self._store.published(slug)
        if found is None:
            raise PostNotFound
        return found

    def page(self, which: PostFilter, limit: int, after: str | None) -> Slice[CountedPost]:
        """Return a page of public posts, newest first."""
        return self._store.page(which, limit, after)

    def newest(self, number: int) -> list[Post]:
        """Return the newest public posts with their text."""
        found = self._store.page(PostFilter(), number, None).items
        whole = (self._store.published(one.post.slug) for one in found)
        return [one.post for one in whole if one is not None]

    def listed(self) -> Iterator[Post]:
        """Yield all public posts without their text, newest first, as many as a sitemap may have."""
        after, left = None, MOST_IN_SITEMAP
        while left > 0:
            page = self._store.page(PostFilter(), min(left, _AT_ONCE), after)
            yield from (one.post for one in page.items)
            left -= len(page.items)
            if page.position is None:
                return
            after = str(page.position["after"])

    def _uncover(self, slug: str, object_id: UUID, version: int) -> None:
        """Take the cover off the working copy and off what is public, whichever has it."""
        draft, shown = self._store.draft(slug), self._store.published(slug)
        if draft is None:
            return
        covers = [draft.cover, shown.post.cover if shown else None]
        in_draft, in_public = (cover is not None and cover.is_over(object_id, version) for cover in covers)
        try:
            if in_public and shown:
                self._show_uncovered(draft, shown.post, keep=None if in_draft else draft.cover)
            elif in_draft:
                self._store.replace(draft, draft.uncovered(self._clock()))
        except PostChanged:
            self._uncover(slug, object_id, version)

    def _show_uncovered(self, draft: Draft, shown: Post, keep: Cover | None) -> None:
        new = replace(draft.uncovered(self._clock()), cover=keep)
        post = replace(shown, cover=None, updated_at=new.updated_at, version=new.version)
        event = self._events.changed(post)
        self._store.publish(draft, new, post, event)
        self._show(draft.slug, str(event.id))

    def _publish(self, old: Draft) -> Draft:
        new = old.published(self._clock())
        if new is old:
            return old
        post = self._shown(new)
        event = self._events.changed(post) if old.published_at else self._events.published(post)
        self._store.publish(old, new, post, event)
        self._show(new.slug, str(event.id))
        return new

    def _shown(self, draft: Draft) -> Post:
        return post_of(draft, self._summarise)

    def _show(self, slug: str, change: str) -> None:
        """Let the edge forget what it keeps; where that fails the worker does, told by the table's stream."""
        try:
            self._pages.changed(slug, change)
        except Problem as error:
            log.warning("edge cache not purged", extra={"slug": slug, "error": repr(error)})

    def _future(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return `fields` without a time of publication that has passed already: it plans nothing."""
        at = fields.get("publish_at")
        return {**fields, "publish_at": None} if at is not None and at <= self._clock() else fields
