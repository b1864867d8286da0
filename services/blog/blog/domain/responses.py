"""What readers leave with a post: likes and comments."""

from __future__ import annotations

import logging
from uuid import UUID

from blog.domain.comment import Comment
from blog.domain.ports import PublicPages, ResponseStore
from blog.domain.post import Author
from blog.errors import CommentNotFound, NotYours, ParentNotFound, PostNotFound
from chassis.clock import Clock
from chassis.errors import Problem
from chassis.http.pagination import Slice

log = logging.getLogger(__name__)


class Responses:
    """Likes and comments of all accounts."""

    def __init__(self, store: ResponseStore, pages: PublicPages, clock: Clock, per_hour: int) -> None:
        self._store = store
        self._pages = pages
        self._clock = clock
        self._per_hour = per_hour

    def like(self, account: str, slug: str) -> None:
        """Count the account among those who like the post, once however often. Raises PostNotFound."""
        self._show(slug, self._store.like(account, slug, self._post(slug)))

    def unlike(self, account: str, slug: str) -> None:
        """Count the account no more. Raises PostNotFound."""
        self._show(slug, self._store.unlike(account, slug, self._post(slug)))

    def comment(
        self, author: Author, slug: str, comment_id: UUID, text: str, parent_id: UUID | None
    ) -> Comment:
        """Write a comment; a repetition under the same id gives the first one.

        Raises PostNotFound, ParentNotFound, TooManyComments.
        """
        post_id = self._post(slug)
        if parent_id is not None:
            parent = self._store.comment(parent_id)
            if parent is None or parent.post_id != post_id:
                raise ParentNotFound
        written = Comment(comment_id, post_id, slug, author, text, self._clock(), parent_id)
        kept = self._store.write(written, self._per_hour)
        self._show(slug, str(kept.id))
        return kept

    def comments(self, slug: str, limit: int, after: str | None) -> Slice[Comment]:
        """Return a page of a post's comments, oldest first, tombstones too. Raises PostNotFound."""
        return self._store.comments(self._post(slug), limit, after)

    def delete(self, account: str, comment_id: UUID, *, any_authors: bool) -> None:
        """Leave a tombstone in the place of a comment. Raises CommentNotFound, NotYours."""
        found = self._store.comment(comment_id)
        if found is None or found.author is None:
            raise CommentNotFound
        if not any_authors and found.author.id != account:
            raise NotYours
        self._entomb(found)

    def erase(self, account: str) -> None:
        """Take back everything that the account has left; repeatable. Raises Transient."""
        for comment_id in list(self._store.commented(account)):
            found = self._store.comment(comment_id)
            if found is not None and found.author is not None:
                self._entomb(found)
        for slug, post_id in list(self._store.liked(account)):
            self._show(slug, self._store.unlike(account, slug, post_id))
        self._store.forget(account)

    def erase_post(self, post_id: UUID) -> None:
        """Delete all comments of a post that is gone. Raises Transient."""
        self._store.delete_comments(post_id)

    def _entomb(self, comment: Comment) -> None:
        self._show(comment.slug, self._store.entomb(comment, comment.tombstone(self._clock())))

    def _post(self, slug: str) -> UUID:
        found = self._store.public_post(slug)
        if found is None:
            raise PostNotFound
        return found

    def _show(self, slug: str, change: str | None) -> None:
        """Let the edge forget what it keeps; where that fails the worker does, told by the table's stream."""
        if change is None:
            return
        try:
            self._pages.changed(slug, change)
        except Problem as error:
            log.warning("edge cache not purged", extra={"slug": slug, "error": repr(error)})
