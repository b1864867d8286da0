"""How likes and comments lie in the table.

| what | pk | sk | attributes |
|---|---|---|---|
| comment | `COMMENTS#<post id>` | `<id>` | `document` (JSON), `deleted_at` of a tombstone |
| where a comment is | `COMMENT#<id>` | `COMMENT` | `post_id` |
| an account's comment | `USER#<account>` | `COMMENT#<id>` | |
| an account's like | `USER#<account>` | `LIKE#<post id>` | `slug` |
| comments of an hour | `USER#<account>` | `HOUR#<epoch hour>` | `comments`, `expires_at` |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from blog.domain.comment import Comment
from blog.store.items import Item, key, user
from chassis.schemas import format_time

COMMENTS = "COMMENTS#"
COMMENTED = "COMMENT#"
LIKED = "LIKE#"
HOURS = "HOUR#"

_comments = TypeAdapter(Comment)


def partition_of(post_id: UUID) -> str:
    """Return the partition of a post's comments."""
    return f"{COMMENTS}{post_id}"


def post_of(comment: Mapping[str, Any]) -> UUID:
    """Return the post that the item of a comment belongs to."""
    return UUID(comment["pk"]["S"].removeprefix(COMMENTS))


def comment_key(post_id: UUID, comment_id: UUID | str) -> Item:
    """Return the key of a comment."""
    return key(partition_of(post_id), str(comment_id))


def place_key(comment_id: UUID | str) -> Item:
    """Return the key of where a comment is."""
    return key(f"COMMENT#{comment_id}", "COMMENT")


def commented_key(account: str, comment_id: UUID | str) -> Item:
    """Return the key by which a comment is found among its author's things."""
    return key(user(account), f"{COMMENTED}{comment_id}")


def like_key(account: str, post_id: UUID) -> Item:
    """Return the key of an account's like."""
    return key(user(account), f"{LIKED}{post_id}")


def hour_key(account: str, now: datetime) -> Item:
    """Return the key under which the comments of the present hour are counted."""
    return key(user(account), f"{HOURS}{int(now.timestamp()) // 3600}")


def item_of(comment: Comment) -> Item:
    """Return the item of a comment."""
    deleted = {"deleted_at": {"S": format_time(comment.deleted_at)}} if comment.deleted_at else {}
    document = {"S": _comments.dump_json(comment).decode()}
    return {**comment_key(comment.post_id, comment.id), "document": document, **deleted}


def read(item: Mapping[str, Any]) -> Comment:
    """Return the comment in an item; fields that it was stored without have their defaults."""
    return _comments.validate_json(item["document"]["S"])
