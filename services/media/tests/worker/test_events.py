"""What messages say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from services.media.tests.factories import BUCKET, World, a_picture, s3_message, some_settings
from services.media.tests.real import RealWorld

from chassis.accounts import AccountEvents
from chassis.errors import Invalid
from chassis.idempotency import IdempotencyStore
from chassis.testing import AccountErasureContract, Issuer
from media.app import create_app
from media.domain.erasure import Eraser
from media.domain.removal import Removal
from media.events import BucketEvents, keys_of
from media.wiring import Stores, collection_removal, public_copies

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


class TestErasure(AccountErasureContract):
    """The contract of every service, in memory and on the real table."""

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
    def events(self, stores: Stores) -> AccountEvents:
        emptying = collection_removal(stores)
        public = public_copies(stores)
        removal = Removal(stores.records, stores.files, stores.multipart, emptying, public)
        eraser = Eraser(stores.records, stores.accounts, stores.files, removal, emptying, public)
        return AccountEvents(eraser, stores.idempotency)

    @pytest.fixture
    def idempotency(self, stores: Stores) -> IdempotencyStore:
        return stores.idempotency
