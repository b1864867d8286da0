"""Likes and comments in memory, for tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from blog.domain.comment import Comment
from blog.errors import PostNotFound, TooManyComments
from blog.store.memory import MemoryPostStore
from chassis.clock import Clock, utc_now
from chassis.http.pagination import Slice
from chassis.ids import new_id


class MemoryResponseStore:
    """A ResponseStore of one process, beside the posts."""

    def __init__(self, posts: MemoryPostStore, clock: Clock = utc_now) -> None:
        self._posts = posts
        self._clock = clock
        self._likes: dict[tuple[str, UUID], str] = {}
        self._comments: dict[UUID, Comment] = {}
        self._hours: Counter[tuple[str, int]] = Counter()

    def public_post(self, slug: str) -> UUID | None:
        found = self._posts.published(slug)
        return found.post.id if found else None

    def like(self, account: str, slug: str, post_id: UUID) -> str | None:
        with self._posts.lock:
            self._posts.require_account(account)
            if (account, post_id) in self._likes:
                return None
            self._require_public(slug, post_id)
            self._likes[(account, post_id)] = slug
            self._count(slug, likes=1)
            return str(new_id())

    def unlike(self, account: str, slug: str, post_id: UUID) -> str | None:
        with self._posts.lock:
            if self._likes.pop((account, post_id), None) is None or not self._has(slug, post_id):
                return None
            self._count(slug, likes=-1)
            return str(new_id())

    def write(self, comment: Comment, per_hour: int) -> Comment:
        author = comment.author.id if comment.author else ""
        with self._posts.lock:
            if comment.id in self._comments:
                return self._comments[comment.id]
            self._posts.require_account(author)
            self._require_public(comment.slug, comment.post_id)
            seconds = int(self._clock().timestamp())
            if self._hours[(author, seconds // 3600)] >= per_hour:
                raise TooManyComments(per_hour, 3600 - seconds % 3600)
            self._hours[(author, seconds // 3600)] += 1
            self._comments[comment.id] = comment
            self._count(comment.slug, comments=1)
            return comment

    def comment(self, comment_id: UUID) -> Comment | None:
        return self._comments.get(comment_id)

    def comments(self, post_id: UUID, limit: int, after: str | None) -> Slice[Comment]:
        with self._posts.lock:
            of_post = [one for one in self._comments.values() if one.post_id == post_id]
        behind = sorted((one for one in of_post if str(one.id) > (after or "")), key=lambda one: one.id)
        position = {"after": str(behind[limit - 1].id)} if len(behind) > limit else None
        return Slice(behind[:limit], position)

    def entomb(self, comment: Comment, tombstone: Comment) -> str | None:
        with self._posts.lock:
            standing = self._comments.get(comment.id)
            if standing is None or standing.author is None:
                return None
            if not self._has(comment.slug, comment.post_id):
                del self._comments[comment.id]
                return None
            self._comments[comment.id] = tombstone
            self._count(comment.slug, comments=-1)
            return str(new_id())

    def commented(self, account: str) -> Iterator[UUID]:
        mine = [one.id for one in self._comments.values() if one.author and one.author.id == account]
        return iter(mine)

    def liked(self, account: str) -> Iterator[tuple[str, UUID]]:
        return iter([(slug, post_id) for (of, post_id), slug in self._likes.items() if of == account])

    def forget(self, account: str) -> None:
        for key in [key for key in self._hours if key[0] == account]:
            del self._hours[key]

    def delete_comments(self, post_id: UUID) -> None:
        with self._posts.lock:
            self._comments = {key: one for key, one in self._comments.items() if one.post_id != post_id}

    def _has(self, slug: str, post_id: UUID) -> bool:
        draft = self._posts.draft(slug)
        return draft is not None and draft.id == post_id

    def _require_public(self, slug: str, post_id: UUID) -> None:
        if self.public_post(slug) != post_id:
            raise PostNotFound

    def _count(self, slug: str, likes: int = 0, comments: int = 0) -> None:
        counts = self._posts.counts[slug]
        self._posts.counts[slug] = replace(
            counts, likes=counts.likes + likes, comments=counts.comments + comments
        )
