"""Collections as other releases have written them are read, changed and taken apart.

`golden/collections-*.json` holds them: a new field, or a new name for one, adds a file, and none is ever
changed. `OWNER` stands for the account.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from services.media.tests.factories import an_owner

from media.domain.collection import Collection, CollectionItem, Grant
from media.domain.ports import Usage
from media.store.dynamodb_collection_items import DynamoCollectionItems
from media.store.dynamodb_collections import DynamoCollections
from media.store.dynamodb_grants import DynamoGrants
from media.store.dynamodb_upkeep import DynamoUpkeep

GOLDEN = sorted(Path(__file__).with_name("golden").glob("collections-*.json"))
COLLECTION = UUID("01890000-0000-7000-8000-00000000c001")
OBJECT = UUID("01890000-0000-7000-8000-000000000001")
READER = "01890000-0000-7000-8000-00000000f001"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

Write = Callable[[Path], str]


@pytest.fixture
def table(media_environment: dict[str, str]) -> str:
    return media_environment["MEDIA_TABLE"]


@pytest.fixture
def write(table_client: Any, table: str) -> Iterator[Write]:
    """Write the items of a golden file, each with something that a newer release adds; give their owner."""
    keys = []

    def put(path: Path) -> str:
        owner = an_owner()
        for item in json.loads(path.read_text(encoding="utf-8").replace("OWNER", owner)):
            newer = {**item, "newer": {"S": "x"}}
            if "document" in item:
                newer["document"] = {"S": json.dumps(json.loads(item["document"]["S"]) | {"newer": 1})}
            table_client.put_item(TableName=table, Item=newer)
            keys.append({"pk": item["pk"], "sk": item["sk"]})
        return owner

    yield put
    for key in keys:
        table_client.delete_item(TableName=table, Key=key)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_what_other_releases_wrote_is_read_and_goes(
    table_client: Any, table: str, write: Write, path: Path
) -> None:
    collections = DynamoCollections(table_client, table)
    items, grants = DynamoCollectionItems(table_client, table), DynamoGrants(table_client, table)
    owner = write(path)
    collection = collections.find(COLLECTION)
    assert collection == Collection(
        id=COLLECTION,
        owner=owner,
        name='Mädchen "x" 🥛',
        description="Two\nlines",
        created_at=NOON,
        updated_at=NOON.replace(minute=30),
        version=2,
        objects=1,
    )
    (item,) = items.page(COLLECTION, 10, None).items
    assert item == CollectionItem(
        collection_id=COLLECTION,
        owner=owner,
        object_id=OBJECT,
        path="film/1.jpg",
        size=1000,
        content_type="image/jpeg",
        etag="e1",
        added_at=NOON,
        ready=True,
    )
    assert list(items.copies(owner, OBJECT)) == [item]
    expected = Grant(
        collection_id=COLLECTION, user_id=READER, granted_at=NOON, expires_at=NOON.replace(month=2, day=28)
    )
    assert grants.page(COLLECTION, 10, None).items == [expected]
    assert list(grants.held(READER)) == [(owner, COLLECTION)]
    changed = collections.replace(collection, replace(collection, name="B"))
    items.take_out(item)
    assert grants.remove(owner, COLLECTION, READER)
    collections.remove(collections.leave(changed, NOON))
    assert collections.find(COLLECTION) is None
    assert DynamoUpkeep(table_client, table).usage(owner) == Usage(1000, 1)
