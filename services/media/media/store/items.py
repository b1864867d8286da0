"""How records lie in the table.

| what | pk | sk | attributes |
|---|---|---|---|
| object | `USER#<owner>` | `OBJECT#<id>` | `document` (JSON), `version`; `work` + `due_at` while the sweep has to look; `leaving` while deleting |
| key's owner | `KEY#<SHA-256 of the key>` | `KEY` | `owner`, `object_id` |
| account | `USER#<owner>` | `ACCOUNT` | `used_bytes`, `used_objects`; `erased_at`; `work` + `due_at` while an erasure is unfinished |
| walk | `WALK` | `BUCKET` | `position`, `started_at`, `since`, `leased_until` |

Collections lie beside them, as said in `collection_layout`.

The sparse index `due` (`work`, `due_at`) holds only what waits. Times are RFC 3339 with milliseconds, so they sort as text.
One document instead of twenty attributes halves the cost of reading a page.
"""  # noqa: E501  # a table's rows do not wrap

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from chassis.schemas import format_time
from media.domain.objects import Lane, MediaObject, Status

Item = dict[str, Any]

SHARDS = 4
"""Partitions of the index `due`: enough for a few thousand uploads a second, few enough to ask each time."""

ACCOUNTS_WORK = "accounts"
OBJECT = "OBJECT#"

_RENAMED = {'"quiet_at":': '"safe_to_delete_at":'}
"""Fields as earlier releases called them. In JSON a quoted name before a colon is a key: within a text its
quotes would be escaped."""

_documents = TypeAdapter(MediaObject)


def user_pk(owner: str) -> Item:
    """Return the partition of an account."""
    return {"S": f"USER#{owner}"}


def object_key(owner: str, object_id: UUID) -> Item:
    """Return the key of an object's item."""
    return {"pk": user_pk(owner), "sk": {"S": f"{OBJECT}{object_id}"}}


def pointer_key(key: str) -> Item:
    """Return the key of the item that says whose `key` is; hashed, as S3 keys may be long."""
    return {"pk": {"S": f"KEY#{hashlib.sha256(key.encode()).hexdigest()}"}, "sk": {"S": "KEY"}}


def account_key(owner: str) -> Item:
    """Return the key of an account's item."""
    return {"pk": user_pk(owner), "sk": {"S": "ACCOUNT"}}


def walk_key() -> Item:
    """Return the key of the walk's item."""
    return {"pk": {"S": "WALK"}, "sk": {"S": "BUCKET"}}


def work_of(lane: Lane, shard: int) -> str:
    """Return the partition of the index `due` for a shard of a lane."""
    return f"objects-{shard}" if lane is Lane.QUICK else f"{lane}-{shard}"


def object_item(obj: MediaObject) -> Item:
    """Return the item of an object."""
    item: Item = {
        **object_key(obj.owner, obj.id),
        "document": {"S": _documents.dump_json(obj, exclude_defaults=True).decode()},
        "version": {"N": str(obj.version)},
    }
    if obj.due_at is not None:
        item["work"] = {"S": work_of(obj.lane, obj.id.int % SHARDS)}
        item["due_at"] = {"S": format_time(obj.due_at)}
    if obj.status is Status.DELETING:
        item["leaving"] = {"BOOL": True}
    return item


def object_of(item: Mapping[str, Any]) -> MediaObject:
    """Return the object in an item. `due_at` is the item's own: it moves without a new document."""
    due_at = datetime.fromisoformat(item["due_at"]["S"]) if "due_at" in item else None
    return replace(_documents.validate_json(_renamed(item["document"]["S"])), due_at=due_at)


def _renamed(document: str) -> str:
    for before, now in _RENAMED.items():
        document = document.replace(before, now)
    return document


def pointer_item(obj: MediaObject) -> Item:
    """Return the item that says that `obj` owns its key."""
    return {**pointer_key(obj.key), "owner": {"S": obj.owner}, "object_id": {"S": str(obj.id)}}
