"""How posts lie in the table.

| what | pk | sk | attributes |
|---|---|---|---|
| draft | `POST#<slug>` | `DRAFT` | `document` (JSON), `version` |
| what everybody sees of it | `POST#<slug>` | `PUBLIC#POST` | `document` |
| counts | `POST#<slug>` | `PUBLIC#COUNTS` | `post_id`, `is_public`, `likes`, `comments`; `changed_by`: the name of the last change of anything public |
| a list's entry of a draft | `DRAFTS` | `<id>` | `document` without the Markdown |
| a draft that waits | `SCHEDULED` | `<publish_at>#<slug>` | `slug` |
| a list's entry of a post | `LIST`, `TAG#<tag>`, `AUTHOR#<account>` | `<published_at>#<slug>` | `document` without the Markdown, `author` |
| an author's post | `USER#<account>` | `POST#<slug>` | `slug` |
| a cover's draft, its public post | `COVER#<object id>` | `DRAFT#<slug>`, `POST#<slug>` | `slug` |
| an object that ended as cover | `COVER#<object id>` | `ENDED` | `version`, `expires_at` |
| account | `USER#<account>` | `ACCOUNT` | `posts`: how many it has; `erased_at`, `expires_at` once it is deleted |

Each list is one partition: it is written when a post is published, and read when the edge has nothing.
"""  # noqa: E501  # a table's rows do not wrap

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from blog.domain.ports import PostFilter
from blog.domain.post import Counts, Draft, Post
from chassis.schemas import format_time

Item = dict[str, Any]

PARTITION = "POST#"
DRAFT = "DRAFT"
PUBLIC = "PUBLIC#"
POST = "PUBLIC#POST"
COUNTS = "PUBLIC#COUNTS"
DRAFTS = "DRAFTS"
SCHEDULED = "SCHEDULED"
AUTHORED = "POST#"
ENDED = "ENDED"

_drafts = TypeAdapter(Draft)
_posts = TypeAdapter(Post)


def key(partition: str, sort: str) -> Item:
    """Return the key of an item."""
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def key_of(item: Mapping[str, Any]) -> Item:
    """Return the key in an item."""
    return {"pk": item["pk"], "sk": item["sk"]}


def partition_of(slug: str) -> str:
    """Return the partition of a post."""
    return f"{PARTITION}{slug}"


def user(account: str) -> str:
    """Return the partition of what an account has."""
    return f"USER#{account}"


def account_key(account: str) -> Item:
    """Return the key of an account's item."""
    return key(user(account), "ACCOUNT")


def covered_by(object_id: UUID) -> str:
    """Return the partition of what has an object as its cover."""
    return f"COVER#{object_id}"


def list_of(which: PostFilter) -> str:
    """Return the partition of the list that a filter is answered from."""
    if which.tag is not None:
        return f"TAG#{which.tag}"
    return "LIST" if which.author is None else f"AUTHOR#{which.author}"


def item_of_draft(draft: Draft) -> Item:
    """Return the item of a draft."""
    version = {"N": str(draft.version)}
    return {**key(partition_of(draft.slug), DRAFT), "document": _document(_drafts, draft), "version": version}


def item_of_post(post: Post) -> Item:
    """Return the item of what everybody sees."""
    return {**key(partition_of(post.slug), POST), "document": _document(_posts, post)}


def entries_of_draft(draft: Draft | None) -> list[Item]:
    """Return the items by which a draft is found; none of no draft."""
    if draft is None:
        return []
    short = _document(_drafts, replace(draft, markdown=""))
    slug = {"S": draft.slug}
    found = [
        {**key(DRAFTS, str(draft.id)), "document": short},
        {**key(user(draft.author.id), f"{AUTHORED}{draft.slug}"), "slug": slug},
    ]
    if draft.publish_at is not None:
        found.append({**key(SCHEDULED, _moment(draft.publish_at, draft.slug)), "slug": slug})
    if draft.cover is not None:
        found.append({**key(covered_by(draft.cover.object_id), f"DRAFT#{draft.slug}"), "slug": slug})
    return found


def entries_of_post(post: Post | None) -> list[Item]:
    """Return the items by which a post is found; none of no post."""
    if post is None:
        return []
    sort = _moment(post.published_at, post.slug)
    more = {"document": _document(_posts, replace(post, markdown="")), "author": {"S": post.author.id}}
    lists = [PostFilter(), PostFilter(author=post.author.id), *(PostFilter(tag=tag) for tag in post.tags)]
    found = [{**key(list_of(one), sort), **more} for one in lists]
    if post.cover is not None:
        found.append({**key(covered_by(post.cover.object_id), f"POST#{post.slug}"), "slug": {"S": post.slug}})
    return found


def read_draft(item: Mapping[str, Any]) -> Draft:
    """Return the draft in an item; fields that it was stored without have their defaults."""
    return _drafts.validate_json(item["document"]["S"])


def read_post(item: Mapping[str, Any]) -> Post:
    """Return the post in an item; fields that it was stored without have their defaults."""
    return _posts.validate_json(item["document"]["S"])


def read_counts(item: Mapping[str, Any]) -> Counts:
    """Return the counts in an item; 0 where there is no number."""
    zero = {"N": "0"}
    return Counts(int(item.get("likes", zero)["N"]), int(item.get("comments", zero)["N"]))


def change_of(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str | None:
    """Return the name of a change of counts; earlier releases gave none."""
    if new is not None:
        return str(new["changed_by"]["S"]) if "changed_by" in new else None
    return str(old["post_id"]["S"]) if old is not None else None


def moment_before(now: datetime) -> str:
    """Return what is behind every sort key of a moment up to `now`."""
    return f"{format_time(now)}~"


def _moment(at: datetime, slug: str) -> str:
    return f"{format_time(at)}#{slug}"


def _document(kind: TypeAdapter[Any], value: object) -> Item:
    return {"S": kind.dump_json(value).decode()}
