"""What an account is handed over of its posts, comments, likes and subscription."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from blog.domain.comment import Comment
from blog.domain.ports import PostStore, ResponseStore, SubscriberStore
from blog.domain.post import Draft, Post
from chassis.accounts import AccountAddress
from chassis.accounts.export import Records
from chassis.clock import Clock
from chassis.schemas import format_time


class BlogRecords:
    """ExportSource: everything that the blog has of an account."""

    def __init__(
        self, posts: PostStore, responses: ResponseStore, subscribers: SubscriberStore, clock: Clock
    ) -> None:
        self._posts = posts
        self._responses = responses
        self._subscribers = subscribers
        self._clock = clock

    def __call__(self, account: str, addresses: Sequence[AccountAddress], /) -> Records:
        return {
            "drafts": self._drafts(account),
            "posts": self._published(account),
            "comments": self._comments(account),
            "likes": (
                {"slug": slug, "post_id": str(post_id)} for slug, post_id in self._responses.liked(account)
            ),
            "subscriptions": self._subscriptions(addresses),
        }

    def _drafts(self, account: str) -> Iterator[Any]:
        for slug in self._posts.authored(account):
            draft = self._posts.draft(slug)
            if draft is not None and draft.author.id == account:
                yield _draft(draft)

    def _published(self, account: str) -> Iterator[Any]:
        for slug in self._posts.authored(account):
            found = self._posts.published(slug)
            if found is not None and found.post.author.id == account:
                yield _written(found.post)

    def _comments(self, account: str) -> Iterator[Any]:
        for comment_id in self._responses.commented(account):
            found = self._responses.comment(comment_id)
            if found is not None and found.author is not None:
                yield _comment(found)

    def _subscriptions(self, addresses: Sequence[AccountAddress]) -> Iterator[Any]:
        for address in addresses:
            found = self._subscribers.subscriber(address.digest, self._clock())
            if found is not None and address.owns(found.asked_at):
                yield {
                    "email": found.email,
                    "asked_at": format_time(found.asked_at),
                    "confirmed_at": _time(found.confirmed_at),
                }


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        **_written(draft),
        "created_at": format_time(draft.created_at),
        "publish_at": _time(draft.publish_at),
    }


def _written(one: Draft | Post) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "slug": one.slug,
        "author": one.author.name,
        "title": one.title,
        "summary": one.summary,
        "markdown": one.markdown,
        "tags": list(one.tags),
        "cover_object_id": str(one.cover.object_id) if one.cover else None,
        "cover_alt": one.cover_alt,
        "published_at": _time(one.published_at),
        "updated_at": format_time(one.updated_at),
        "version": one.version,
    }


def _comment(comment: Comment) -> dict[str, Any]:
    return {
        "id": str(comment.id),
        "slug": comment.slug,
        "post_id": str(comment.post_id),
        "parent_id": str(comment.parent_id) if comment.parent_id else None,
        "author": comment.author.name if comment.author else None,
        "text": comment.text,
        "created_at": format_time(comment.created_at),
    }


def _time(value: datetime | None) -> str | None:
    return None if value is None else format_time(value)
