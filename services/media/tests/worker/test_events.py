"""What messages say."""

from __future__ import annotations

import json

import pytest
from services.media.tests.factories import BUCKET, World, a_picture, s3_message

from chassis.errors import Invalid
from chassis.messages.events import new_event
from media.events import AccountEvents, BucketEvents, keys_of


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


def test_every_key_of_a_message_is_settled(world: World, owner: str) -> None:
    keys = [f"users/{owner}/{name}.png" for name in "ab"]
    for key in keys:
        world.files.put(key, a_picture(kind="PNG"))
    BucketEvents(BUCKET, world.work.arrivals).handle(s3_message(BUCKET, *keys))
    assert {shown["status"] for shown in world.list(owner)} == {"ready"}


def test_the_end_of_an_account_erases_it(world: World, owner: str) -> None:
    world.upload(owner, a_picture())
    event = new_event("users.account.deleted.v1", "users", owner, {"unknown": "field"})
    AccountEvents(world.work.eraser).handle(event.model_dump_json())
    assert world.files.keys() == []


def test_other_events_are_not_ours(world: World, owner: str) -> None:
    world.upload(owner, a_picture())
    event = new_event("users.account.created.v1", "users", owner, {})
    AccountEvents(world.work.eraser).handle(event.model_dump_json())
    assert len(world.list(owner)) == 1


def test_what_is_no_event_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        AccountEvents(world.work.eraser).handle("{}")
