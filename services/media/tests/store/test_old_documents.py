"""What other releases have written, older or newer ones, is read; two releases run side by side on one table.

`golden` holds an account's items as each release wrote them: a new field, or a new name for one, adds a
file, and none is ever changed. `OWNER` stands for the account, `KEY#sha256(...)` for the digest of a key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from services.media.tests.factories import World, an_owner, some_events

from media.domain.objects import Lane, MediaObject, Status, Thumbnail
from media.domain.ports import Quota, Usage
from media.schemas.objects import ObjectView
from media.store import items
from media.store.dynamodb import DynamoRecords
from media.store.dynamodb_upkeep import DynamoUpkeep

GOLDEN = sorted(Path(__file__).with_name("golden").glob("shape-*.json"))
READY, PENDING, PROCESSING, REJECTED, DELETING = (
    UUID(f"01890000-0000-7000-8000-{number:012d}") for number in range(1, 6)
)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
_DIGEST = re.compile(r"KEY#sha256\((.*)\)")

each_shape = pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
Put = Callable[[dict[str, Any]], None]


def items_of(path: Path, owner: str) -> list[dict[str, Any]]:
    """Return the items of a golden file as they lie in the table of `owner`."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8").replace("OWNER", owner))
    for item in found:
        if digest := _DIGEST.fullmatch(item["pk"]["S"]):
            item["pk"] = {"S": f"KEY#{hashlib.sha256(digest[1].encode()).hexdigest()}"}
    return found


def documents_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(item["document"]["S"]) for item in items_of(path, "x") if "document" in item]


@pytest.fixture
def table(media_environment: dict[str, str]) -> str:
    return media_environment["MEDIA_TABLE"]


@pytest.fixture
def put(table_client: Any, table: str) -> Iterator[Put]:
    """Write an item as another release does; what waits in an index would be seen by other tests."""
    keys = []

    def write(item: dict[str, Any]) -> None:
        table_client.put_item(TableName=table, Item=item)
        keys.append({"pk": item["pk"], "sk": item["sk"]})

    yield write
    for key in keys:
        table_client.delete_item(TableName=table, Key=key)


@pytest.fixture
def records(table_client: Any, table: str) -> DynamoRecords:
    return DynamoRecords(table_client, table, some_events())


@pytest.fixture
def accounts(table_client: Any, table: str) -> DynamoUpkeep:
    return DynamoUpkeep(table_client, table)


def found(records: DynamoRecords, owner: str, object_id: UUID) -> MediaObject:
    obj = records.get(owner, object_id)
    assert obj is not None
    return obj


def test_the_last_golden_documents_have_every_field() -> None:
    documents = documents_of(GOLDEN[-1])
    written = {name for document in documents for name in document}
    thumbnails = [one for document in documents for one in document.get("thumbnails", ())]
    assert {one.name for one in fields(MediaObject)} - written == set(), (
        "add a golden file with the new field"
    )
    assert {one.name for one in fields(Thumbnail)} - {name for one in thumbnails for name in one} == set()


@each_shape
def test_an_account_of_each_shape_is_read(
    records: DynamoRecords, accounts: DynamoUpkeep, put: Put, path: Path
) -> None:
    owner = an_owner()
    for item in items_of(path, owner):
        put(item)
    ready = found(records, owner, READY)
    assert (ready.status, ready.filename, ready.thumbnails[0].width) == (
        Status.READY,
        'Mädchen "x" 🥛.jpg',
        256,
    )
    assert records.by_key(ready.key) == ready
    assert found(records, owner, PENDING).multipart == "upload-2"
    assert found(records, owner, PROCESSING).due_at == NOON + timedelta(seconds=8)
    assert found(records, owner, REJECTED).reason == "The file is damaged."
    assert {one.id for one in records.owned(owner)} == {READY, PENDING, PROCESSING, REJECTED, DELETING}
    assert [one.id for one in records.page(owner, 10, None).items] == [REJECTED, PROCESSING, PENDING, READY]
    assert accounts.usage(owner) == Usage(200_003_000, 4)


@each_shape
def test_an_account_of_each_shape_is_changed(
    records: DynamoRecords, accounts: DynamoUpkeep, put: Put, path: Path
) -> None:
    owner = an_owner()
    for item in items_of(path, owner):
        put(item)
    leaving = records.replace(
        found(records, owner, READY), found(records, owner, READY).marked_for_deletion(NOON)
    )
    assert found(records, owner, READY) == leaving
    records.remove(leaving)
    records.remove(found(records, owner, DELETING))
    assert records.by_key(leaving.key) is None
    assert accounts.usage(owner) == Usage(200_002_000, 3)
    more = replace(leaving, id=UUID(int=leaving.id.int + 9), key=f"users/{owner}/new", status=Status.PENDING)
    assert records.create(more, Quota(1 << 40, 10)) == replace(more, version=more.version)
    records.remove(more)


@each_shape
def test_files_may_still_arrive_for_as_long_as_the_release_before_has_noted(
    records: DynamoRecords, put: Put, path: Path
) -> None:
    owner = an_owner()
    for item in items_of(path, owner):
        put(item)
    assert found(records, owner, DELETING).safe_to_delete_at == NOON + timedelta(minutes=7)


@each_shape
def test_what_waits_in_each_shape_is_found_when_it_is_due(
    records: DynamoRecords, put: Put, path: Path
) -> None:
    owner = an_owner()
    for item in items_of(path, owner):
        put(item)
    lane = found(records, owner, PROCESSING).lane
    waiting: set[UUID] = set()
    for one in {Lane.QUICK, lane}:
        position: Any = None
        while True:
            page = records.due(NOON + timedelta(hours=1), one, 100, position)
            waiting |= {obj.id for obj in page.items if obj.owner == owner}
            if (position := page.position) is None:
                break
    assert waiting == {PROCESSING, DELETING}


@each_shape
def test_what_each_shape_holds_is_shown_as_the_contract_says(world: World, owner: str, path: Path) -> None:
    for item in items_of(path, owner):
        if "document" in item:
            world.records.create(items.object_of(item))
    for object_id in (READY, PENDING, PROCESSING, REJECTED):
        ObjectView.model_validate_json(json.dumps(world.show(owner, str(object_id))))
    assert len(world.list(owner)) == 4


@pytest.mark.parametrize(
    "missing",
    [one.name for one in fields(MediaObject) if one.default is not MISSING and one.name != "due_at"],
)
def test_a_field_that_did_not_exist_has_its_default(missing: str) -> None:
    default = {one.name: one.default for one in fields(MediaObject)}[missing]
    for item in items_of(GOLDEN[-1], an_owner()):
        if "document" in item:
            document = json.loads(item["document"]["S"])
            document.pop(missing, None)
            read = items.object_of({**item, "document": {"S": json.dumps(document)}})
            assert getattr(read, missing) == default


def test_what_a_newer_release_added_is_passed_over(records: DynamoRecords, put: Put) -> None:
    owner = an_owner()
    for item in items_of(GOLDEN[-1], owner):
        newer = {**item, "newer": {"S": "x"}}
        if "document" in item:
            document = json.loads(item["document"]["S"]) | {"newer": {"a": 1}}
            newer["document"] = {"S": json.dumps(document)}
        put(newer)
    assert len(list(records.owned(owner))) == 5
    assert records.by_key(found(records, owner, READY).key) is not None
