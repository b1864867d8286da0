"""What the domain asks of its stores, and of those around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from blog.domain.comment import Comment
from blog.domain.consequences import Announce
from blog.domain.cover import Cover
from blog.domain.post import CountedPost, Draft, Post
from blog.domain.subscriber import Subscriber
from chassis.http.pagination import Slice
from chassis.messages.events import Event


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Which posts a list is of; None is any."""

    tag: str | None = None
    author: str | None = None


class AccountMarks(Protocol):
    """Which accounts are erased; see chassis.accounts.AccountData."""

    def is_erased(self, account: str) -> bool:
        """Say whether the account is marked."""
        ...

    def mark_erased(self, account: str) -> None:
        """Mark the account."""
        ...


class PostStore(AccountMarks, Protocol):
    """Posts of all accounts.

    Every read sees what was written before. Every write but `delete` raises AccountErased once the author's
    account is marked, and every call Transient when the store is away; an event is kept with its change, and
    its id is the change's name to the table's stream. The name of a deletion is the post's id.
    """

    def create(self, draft: Draft, most: int) -> Draft:
        """Keep a new draft; return it, or what stands under its slug already if that has the same id.

        Raises SlugTaken, TooManyPosts when the author has `most`, and CoverGone.
        """
        ...

    def draft(self, slug: str) -> Draft | None:
        """Return the working copy of a post."""
        ...

    def drafts(self, limit: int, after: str | None) -> Slice[Draft]:
        """Return drafts behind `after`, newest first, without their Markdown; a position holds `after`."""
        ...

    def replace(self, old: Draft, new: Draft) -> None:
        """Put `new` in the place of `old`; raise Stale when `old` is no longer what stands there.

        Also raised when the cover that `new` was given ended meanwhile.
        """
        ...

    def publish(self, old: Draft, new: Draft, post: Post, event: Event) -> None:
        """Put `new` in the place of `old` and show `post` to everybody; raise Stale as `replace` does."""
        ...

    def withdraw(self, old: Draft, new: Draft, event: Event) -> None:
        """Put `new` in the place of `old` and show it to nobody; raise Stale as `replace` does."""
        ...

    def delete(self, old: Draft, event: Event | None) -> None:
        """Delete `old` and what everybody sees of it; raise Stale as `replace` does."""
        ...

    def published(self, slug: str) -> CountedPost | None:
        """Return what everybody sees of a post."""
        ...

    def page(self, which: PostFilter, limit: int, after: str | None) -> Slice[CountedPost]:
        """Return public posts behind `after`, newest first, without their Markdown."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Return the slugs of drafts that are to be published by `now`, those first that wait longest."""
        ...

    def authored(self, account: str) -> Iterable[str]:
        """Return the slugs of the account's drafts."""
        ...

    def covered(self, object_id: UUID) -> Iterable[str]:
        """Return the slugs of drafts and of public posts with the object as cover."""
        ...

    def end_cover(self, object_id: UUID, version: int) -> None:
        """Let nothing have the object as cover any more that was asked about before its `version`."""
        ...

    def probe(self) -> None:
        """Raise Transient when the store is away."""
        ...


class ResponseStore(Protocol):
    """What readers leave with posts. Every read sees what was written before.

    Writing for an account that is marked raises AccountErased, and every call Transient when the
    store is away. The counts of a post change with what they count or not at all.
    What changes them returns the change's name, which the table's stream tells, too; None: nothing changed.
    """

    def public_post(self, slug: str) -> UUID | None:
        """Return the id of a post that everybody may read."""
        ...

    def like(self, account: str, slug: str, post_id: UUID) -> str | None:
        """Count a like unless it is counted. Raises PostNotFound."""
        ...

    def unlike(self, account: str, slug: str, post_id: UUID) -> str | None:
        """Take a like back where there is one."""
        ...

    def write(self, comment: Comment, per_hour: int) -> Comment:
        """Keep a new comment; return it, or what stands under its id already. Its id is the change's name.

        Raises PostNotFound, and TooManyComments when the author has written `per_hour` in this hour.
        """
        ...

    def comment(self, comment_id: UUID) -> Comment | None:
        """Return a comment, or its tombstone."""
        ...

    def comments(self, post_id: UUID, limit: int, after: str | None) -> Slice[Comment]:
        """Return a post's comments behind `after`, oldest first; a position holds `after`."""
        ...

    def entomb(self, comment: Comment, tombstone: Comment) -> str | None:
        """Put the tombstone in the place of a comment unless one is there."""
        ...

    def commented(self, account: str) -> Iterable[UUID]:
        """Return the ids of the account's comments."""
        ...

    def liked(self, account: str) -> Iterable[tuple[str, UUID]]:
        """Return slug and id of each post that the account likes."""
        ...

    def forget(self, account: str) -> None:
        """Delete what is kept beside comments and likes of the account, but its mark."""
        ...

    def delete_comments(self, post_id: UUID) -> None:
        """Delete all comments of a post."""
        ...


class SubscriberStore(Protocol):
    """Subscriptions. Every read sees what was written before; every call raises Transient without the store.

    What is not confirmed by the time that it was added with is gone.
    """

    def count(self, asked: str, now: datetime, per_hour: int) -> None:
        """Count a question by or for `asked`; raise TooManySubscriptions past `per_hour` in this hour."""
        ...

    def add(self, subscriber: Subscriber, now: datetime, expires_at: datetime) -> bool:
        """Keep a new subscription unless its address has one; say whether this call did it."""
        ...

    def subscriber(self, key: str, now: datetime) -> Subscriber | None:
        """Return the subscription under a key."""
        ...

    def confirm(self, subscriber: Subscriber) -> bool:
        """Keep it as confirmed; say whether it was still there, with the same id."""
        ...

    def remove(self, subscriber: Subscriber) -> None:
        """Delete it, unless another has come into its place."""
        ...

    def confirmed(self, after: str | None, limit: int) -> Sequence[str]:
        """Return up to `limit` keys of what is confirmed, in order, from the one behind `after` on."""
        ...

    def go_on(self, announcement: Announce, now: datetime) -> None:
        """Let the table's stream tell of the next page; nothing happens where that has been done before."""
        ...


class Profiles(Protocol):
    """Where the names of accounts are known."""

    def name_of(self, account: str, authorization: str) -> str:
        """Return the account's name, asked for with its own token. Raises Transient."""
        ...


class Covers(Protocol):
    """Where pictures are."""

    def publish(self, object_id: UUID, authorization: str) -> Cover:
        """Let everybody see a picture of the caller's, asked for with their token.

        Raises CoverRefused, TokenRefused, Transient.
        """
        ...


class PublicPages(Protocol):
    """What the edge keeps of the blog."""

    def changed(self, slug: str, change: str | None) -> None:
        """Let everything be fetched anew that shows the post. Raises Transient.

        A change that is told again by the same name is passed over; one without a name is not.
        """
        ...
