"""How collections lie in the table.

| what | pk | sk | attributes |
|---|---|---|---|
| collection | `USER#<owner>` | `COLLECTION#<id>` | `document` (JSON), `version`, `objects`, `grants`; `leaving`, `work` + `due_at` while it is being deleted |
| collection's owner | `COLLECTION#<id>` | `COLLECTION` | `owner` |
| item | `COLLECTION#<id>` | `ITEM#<object id>` | `document` (JSON), `edition`; `ready` once it is |
| path | `COLLECTION#<id>` | `PATH#<path>` | `object_id` |
| object's collections | `USER#<owner>` | `IN#<object id>#<collection id>` | |
| grant | `COLLECTION#<id>` | `GRANT#<reader>` | `document` (JSON) |
| reader's grants | `USER#<reader>` | `READS#<collection id>` | `owner` |

The account's item counts `collections`, and in `used_bytes` the copies, too.
"""  # noqa: E501  # a table's rows do not wrap

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from chassis.http.pagination import bad_cursor
from media.domain.collection import Collection, CollectionItem, Grant
from media.store import items
from media.store.items import Item

COLLECTION, ITEM, GRANT, READS = "COLLECTION#", "ITEM#", "GRANT#", "READS#"
LEAVING_WORK = "collections"

_collections = TypeAdapter(Collection)
_items = TypeAdapter(CollectionItem)
_grants = TypeAdapter(Grant)


def collection_key(owner: str, collection_id: UUID) -> Item:
    """Return the key of a collection's item."""
    return {"pk": items.user_pk(owner), "sk": {"S": f"{COLLECTION}{collection_id}"}}


def inside(collection_id: UUID, sk: str = "COLLECTION") -> Item:
    """Return a key within a collection; by default that of the item which says whose it is."""
    return {"pk": {"S": f"{COLLECTION}{collection_id}"}, "sk": {"S": sk}}


def item_key(collection_id: UUID, object_id: UUID) -> Item:
    """Return the key of what an object is in a collection."""
    return inside(collection_id, f"{ITEM}{object_id}")


def path_key(item: CollectionItem) -> Item:
    """Return the key of the item that says whose a path is."""
    return inside(item.collection_id, f"PATH#{item.path}")


def place_key(item: CollectionItem) -> Item:
    """Return the key of the item that says of an object that it is in a collection."""
    return {
        "pk": items.user_pk(item.owner),
        "sk": {"S": f"{places_of(item.object_id)}{item.collection_id}"},
    }


def places_of(object_id: UUID) -> str:
    """Return how the sort keys of an object's places begin."""
    return f"IN#{object_id}#"


def grant_key(collection_id: UUID, user_id: str) -> Item:
    """Return the key of a grant."""
    return inside(collection_id, f"{GRANT}{user_id}")


def reads_key(collection_id: UUID, user_id: str) -> Item:
    """Return the key of the item that says of a reader that there is a grant."""
    return {"pk": items.user_pk(user_id), "sk": {"S": f"{READS}{collection_id}"}}


def collection_item(collection: Collection) -> Item:
    """Return the item of a new collection."""
    return {
        **collection_key(collection.owner, collection.id),
        "document": {"S": document_of(collection)},
        "version": {"N": str(collection.version)},
        "objects": {"N": str(collection.objects)},
        "grants": {"N": "0"},
    }


def document_of(collection: Collection) -> str:
    """Return a collection as JSON."""
    return _collections.dump_json(collection, exclude_defaults=True).decode()


def collection_of(item: Mapping[str, Any]) -> Collection:
    """Return the collection in an item. What is counted, and whether it is leaving, the item itself says."""
    return replace(
        _collections.validate_json(item["document"]["S"]),
        version=int(item["version"]["N"]),
        objects=int(item["objects"]["N"]),
        leaving="leaving" in item,
    )


def content_item(item: CollectionItem) -> Item:
    """Return the item of what is in a collection."""
    return {
        **item_key(item.collection_id, item.object_id),
        "document": {"S": _items.dump_json(item, exclude_defaults=True).decode()},
        "edition": edition_of(item),
    }


def edition_of(item: CollectionItem) -> Item:
    """Return what tells `item` from another that stood, or will stand, in its place."""
    return {"S": f"{item.added_at.isoformat()} {item.etag}"}


def content_of(item: Mapping[str, Any]) -> CollectionItem:
    """Return what is in a collection from its item, which says itself whether it is ready."""
    return replace(_items.validate_json(item["document"]["S"]), ready="ready" in item)


def grant_item(grant: Grant) -> Item:
    """Return the item of a grant."""
    return {
        **grant_key(grant.collection_id, grant.user_id),
        "document": {"S": _grants.dump_json(grant, exclude_defaults=True).decode()},
    }


def grant_of(item: Mapping[str, Any]) -> Grant:
    """Return the grant in an item."""
    return _grants.validate_json(item["document"]["S"])


def reader_in(position: Mapping[str, object] | None) -> str | None:
    """Return the reader after whom a page of grants begins; raise Invalid when a position names none."""
    if position is None:
        return None
    try:
        return str(UUID(str(position.get("after"))))
    except ValueError as error:
        raise bad_cursor() from error
