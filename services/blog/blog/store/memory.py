"""Posts in memory, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import TypeVar
from uuid import UUID

from blog.domain.ports import PostFilter
from blog.domain.post import CountedPost, Counts, Draft, Post
from blog.errors import CoverGone, PostChanged, SlugTaken, TooManyPosts
from blog.store import items
from chassis.accounts import AccountErased
from chassis.http.pagination import Slice
from chassis.messages.events import Event
from chassis.messages.memory_outbox import MemoryOutbox

T = TypeVar("T")


class MemoryPostStore:
    """A PostStore of one process; its changes put their events into `outbox`."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.erased: set[str] = set()
        self.counts: dict[str, Counts] = {}
        self.outbox = MemoryOutbox()
        self._drafts: dict[str, Draft] = {}
        self._posts: dict[str, Post] = {}
        self._ended: dict[UUID, int] = {}

    def create(self, draft: Draft, most: int) -> Draft:
        with self.lock:
            self.require_account(draft.author.id)
            standing = self._drafts.get(draft.slug)
            if standing is not None:
                if standing.id != draft.id:
                    raise SlugTaken(draft.slug)
                return standing
            if len(list(self.authored(draft.author.id))) >= most:
                raise TooManyPosts(most)
            if self._has_ended(draft):
                raise CoverGone
            self._drafts[draft.slug] = draft
            return draft

    def draft(self, slug: str) -> Draft | None:
        return self._drafts.get(slug)

    def drafts(self, limit: int, after: str | None) -> Slice[Draft]:
        newest = {str(one.id): replace(one, markdown="") for one in self._drafts.values()}
        return _page(newest, limit, after)

    def replace(self, old: Draft, new: Draft) -> None:
        with self.lock:
            self.require_account(old.author.id)
            self._require(old)
            if new.cover != old.cover and self._has_ended(new):
                raise PostChanged
            self._drafts[new.slug] = new

    def publish(self, old: Draft, new: Draft, post: Post, event: Event) -> None:
        with self.lock:
            self.replace(old, new)
            self._posts[post.slug] = post
            self.counts.setdefault(post.slug, Counts())
            self.outbox.put(event)

    def withdraw(self, old: Draft, new: Draft, event: Event) -> None:
        with self.lock:
            self.replace(old, new)
            del self._posts[old.slug]
            self.outbox.put(event)

    def delete(self, old: Draft, event: Event | None) -> None:
        with self.lock:
            self._require(old)
            del self._drafts[old.slug]
            self._posts.pop(old.slug, None)
            self.counts.pop(old.slug, None)
            if event:
                self.outbox.put(event)

    def published(self, slug: str) -> CountedPost | None:
        with self.lock:
            post = self._posts.get(slug)
            return CountedPost(post, self.counts[slug]) if post else None

    def page(self, which: PostFilter, limit: int, after: str | None) -> Slice[CountedPost]:
        with self.lock:
            newest = {
                items.entries_of_post(post)[0]["sk"]["S"]: CountedPost(
                    replace(post, markdown=""), self.counts[post.slug]
                )
                for post in self._posts.values()
                if which.tag in {None, *post.tags} and which.author in {None, post.author.id}
            }
        return _page(newest, limit, after)

    def due(self, now: datetime, limit: int) -> list[str]:
        waiting = [(one.publish_at, slug) for slug, one in self._drafts.items() if one.publish_at]
        return [slug for at, slug in sorted(waiting) if at <= now][:limit]

    def authored(self, account: str) -> Iterator[str]:
        return iter([slug for slug, one in self._drafts.items() if one.author.id == account])

    def covered(self, object_id: UUID) -> Iterator[str]:
        found: list[Draft | Post] = [*self._drafts.values(), *self._posts.values()]
        return iter([one.slug for one in found if one.cover and one.cover.object_id == object_id])

    def end_cover(self, object_id: UUID, version: int) -> None:
        with self.lock:
            self._ended[object_id] = max(version, self._ended.get(object_id, 0))

    def is_erased(self, account: str) -> bool:
        return account in self.erased

    def mark_erased(self, account: str) -> None:
        with self.lock:
            self.erased.add(account)

    def probe(self) -> None:
        pass  # what is in memory is always there

    def require_account(self, account: str) -> None:
        """Raise AccountErased once the account is marked."""
        if account in self.erased:
            raise AccountErased

    def _has_ended(self, draft: Draft) -> bool:
        cover = draft.cover
        return cover is not None and self._ended.get(cover.object_id, 0) > cover.version

    def _require(self, old: Draft) -> None:
        standing = self._drafts.get(old.slug)
        if standing is None or standing.version != old.version:
            raise PostChanged


def _page(newest: dict[str, T], limit: int, after: str | None) -> Slice[T]:
    behind = sorted((one for one in newest if after is None or one < after), reverse=True)
    position = {"after": behind[limit - 1]} if len(behind) > limit else None
    return Slice([newest[one] for one in behind[:limit]], position)
