"""Releases that another release of the service has written are read and changed; see test_old_documents."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chassis.ids import new_id
from media.domain.release import Release, ReleaseFile
from media.store.dynamodb_releases import DynamoReleases

GOLDEN = sorted(Path(__file__).with_name("golden").glob("releases-*.json"))
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

each_shape = pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)


@pytest.fixture
def product() -> str:
    return f"p-{new_id()}"


@pytest.fixture
def releases(table_client: Any, media_environment: dict[str, str]) -> DynamoReleases:
    return DynamoReleases(table_client, media_environment["MEDIA_TABLE"])


def put(client: Any, table: str, items: list[dict[str, Any]]) -> None:
    for item in items:
        client.put_item(TableName=table, Item=item)


def items_of(path: Path, product: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8").replace("PRODUCT", product))
    return found


def test_the_last_golden_documents_have_every_field() -> None:
    documents = [json.loads(item["document"]["S"]) for item in items_of(GOLDEN[-1], "x")]
    files = [file for document in documents for file in document["files"]]
    for kind, found in ((Release, documents), (ReleaseFile, files)):
        written = {name for one in found for name in one}
        assert written == {one.name for one in fields(kind)}, "add a golden file with the new field"


@each_shape
def test_releases_of_each_shape_are_read_and_changed(
    releases: DynamoReleases, table_client: Any, media_environment: dict[str, str], product: str, path: Path
) -> None:
    put(table_client, media_environment["MEDIA_TABLE"], items_of(path, product))
    [public] = releases.newest(product)
    assert (public.version, public.revision, len(public.published)) == ("1.0.0", 4, 2)
    linux, macos = public.files
    assert (linux.notes, linux.rollout_percent, macos.rollout_percent) == ("Neu: ü 🥛", 100, 25)
    assert (linux.published_at, linux.publishing) == (NOON, True)
    settled, draft = (releases.release(product, version) for version in ("1.1.0-rc.1", "1.1.0"))
    assert settled is not None
    assert draft is not None
    assert [file.publishing for file in (*settled.files, *draft.files)] == [True, False]
    assert releases.replace(draft, draft.with_file(linux), NOON).revision == 2
    assert [one.version for one in releases.page(product, 10, None).items] == ["1.1.0", "1.0.0"]


def test_what_a_newer_release_added_is_passed_over(
    releases: DynamoReleases, table_client: Any, media_environment: dict[str, str], product: str
) -> None:
    newer = [
        {
            **item,
            "newer": {"S": "x"},
            "document": {"S": json.dumps(json.loads(item["document"]["S"]) | {"n": 1})},
        }
        for item in items_of(GOLDEN[-1], product)
    ]
    put(table_client, media_environment["MEDIA_TABLE"], newer)
    assert [one.version for one in releases.newest(product)] == ["1.0.0"]
