"""What messages say."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from services.media.tests.factories import BUCKET, World, a_picture, an_owner, s3_message, some_settings
from services.media.tests.real import RealWorld

from chassis.accounts import AccountEvents
from chassis.clock import utc_now
from chassis.errors import Invalid
from chassis.idempotency import IdempotencyStore
from chassis.ids import new_id
from chassis.testing import AccountErasureContract, AccountExportContract, Issuer, MemoryExportParts
from chassis.testing.exports import export_requested
from media.app import create_app
from media.domain.erasure import Eraser
from media.domain.removal import Removal
from media.events import BucketEvents, keys_of
from media.wiring import Stores, collection_removal, public_copies
from media.worker import exports_of

GOLDEN = sorted(Path(__file__).with_name("golden").glob("uploads-*.json"))


def test_keys_come_as_they_were_before_they_were_encoded() -> None:
    assert keys_of(s3_message(BUCKET, "users/a/Größe 1+1 %.png"), BUCKET) == ["users/a/Größe 1+1 %.png"]


def test_keys_with_encoded_slashes_are_understood() -> None:
    body = s3_message(BUCKET, "users/a/b").replace("users/a/b", "users%2Fa%2Fb")
    assert keys_of(body, BUCKET) == ["users/a/b"]


def test_another_buckets_keys_are_not_ours() -> None:
    assert keys_of(s3_message("other", "users/a/b"), BUCKET) == []


def test_the_buckets_test_message_is_ignored() -> None:
    body = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET})
    assert keys_of(body, BUCKET) == []


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", "{}", '{"Records": [{}]}', '{"Records": 7}', '{"Event": "other"}', "[" * 5000],
)
def test_what_is_no_notification_is_refused(body: str) -> None:
    with pytest.raises(Invalid):
        keys_of(body, BUCKET)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_file_is_taken_in_by_the_message_of_each_version_of_s3(
    world: World, owner: str, path: Path
) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    message = path.read_text(encoding="utf-8").replace("BUCKET", BUCKET).replace("KEY", key)
    BucketEvents(BUCKET, world.work.arrivals).handle(message)
    assert [shown["status"] for shown in world.list(owner)] == ["ready"]


def test_every_key_of_a_message_is_settled(world: World, owner: str) -> None:
    keys = [f"users/{owner}/{name}.png" for name in "ab"]
    for key in keys:
        world.files.put(key, a_picture(kind="PNG"))
    BucketEvents(BUCKET, world.work.arrivals).handle(s3_message(BUCKET, *keys))
    assert {shown["status"] for shown in world.list(owner)} == {"ready"}


def test_the_end_of_an_account_erases_it(world: World, owner: str) -> None:
    world.upload(owner, a_picture())
    world.erase(owner)
    assert world.files.keys() == []


class TestErasure(AccountErasureContract, AccountExportContract):
    """The contracts of every service, in memory and on the real table."""

    @pytest.fixture(params=["memory", "real"])
    def stores(self, request: pytest.FixtureRequest) -> Stores:
        found: World | RealWorld = request.getfixturevalue("world" if request.param == "memory" else "real")
        return found.stores

    @pytest.fixture
    def issuer(self) -> Issuer:
        return Issuer()

    @pytest.fixture
    def app(self, stores: Stores, issuer: Issuer) -> Flask:
        return create_app(some_settings(), parts=stores, verifier=issuer.verifier())

    @pytest.fixture
    def events(self, stores: Stores, parts_of_exports: MemoryExportParts) -> AccountEvents:
        emptying = collection_removal(stores)
        public = public_copies(stores)
        removal = Removal(stores.records, stores.files, stores.multipart, emptying, public)
        eraser = Eraser(stores.records, stores.accounts, stores.files, removal, emptying, public)
        return AccountEvents(eraser, stores.idempotency, exports_of(stores, parts_of_exports, utc_now))

    @pytest.fixture
    def idempotency(self, stores: Stores) -> IdempotencyStore:
        return stores.idempotency


def test_files_and_collections_are_handed_over_to_their_account_alone(world: World, owner: str) -> None:
    reader, parts, export_id = an_owner(), MemoryExportParts(), new_id()
    object_id = world.upload(owner, picture := a_picture(), filename="cat \N{SNOWMAN}.jpg")
    world.upload(reader, a_picture(kind="PNG"), filename="of another.png", content_type="image/png")
    made = world.client.post("/v1/collections", json={"name": "Holidays"}, headers=world.headers(owner)).json[
        "id"
    ]
    for path in (f"objects/{object_id}", f"grants/{reader}"):
        answer = world.client.put(f"/v1/collections/{made}/{path}", json={}, headers=world.headers(owner))
        assert answer.status_code < 300, answer.text
    world.account_events(parts).handle(export_requested(owner, export_id))
    data, [file] = parts.data(export_id), parts.files(export_id)
    assert [(one["id"], one["size"], one["status"]) for one in data["objects"]] == [
        (object_id, len(picture), "ready")
    ]
    assert [one["name"] for one in data["collections"]] == ["Holidays"]
    assert [one["object_id"] for one in data["collection_objects"]] == [object_id]
    assert [one["user_id"] for one in data["grants_given"]] == [reader]
    assert file["name"] == f"{object_id}/cat \N{SNOWMAN}.jpg"
    assert world.files.body(urlsplit(file["url"]).netloc + urlsplit(file["url"]).path) == picture
    world.account_events(parts).handle(export_requested(reader, export_id))
    assert [one["collection_id"] for one in parts.data(export_id)["grants_received"]] == [made]


def test_a_file_that_nobody_has_looked_at_is_named_and_not_handed_over(world: World, owner: str) -> None:
    parts, export_id = MemoryExportParts(), new_id()
    world.begin(owner, b"x" * 10)
    world.account_events(parts).handle(export_requested(owner, export_id))
    assert [one["status"] for one in parts.data(export_id)["objects"]] == ["pending"]
    assert parts.files(export_id) == []
