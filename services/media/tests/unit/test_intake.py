"""Files are taken in however their events come."""

from __future__ import annotations

import pytest
from services.media.tests import pictures
from services.media.tests.factories import World, a_picture, sha256

from media.domain.examination import FileLimits
from media.domain.ports import Usage
from media.errors import DeletionPending


def test_a_picture_becomes_ready_with_three_thumbnails(world: World, owner: str) -> None:
    shown = world.show(owner, world.upload(owner, a_picture((3000, 2000))))
    assert (shown["status"], shown["width"], shown["height"]) == ("ready", 3000, 2000)
    assert [each["name"] for each in shown["thumbnails"]] == ["small", "medium", "large"]
    assert len(world.files.keys(f"thumbnails/{owner}/")) == 6  # each also as JPEG


def test_what_is_no_picture_and_does_not_say_so_is_ready_without_thumbnails(world: World, owner: str) -> None:
    object_id = world.upload(owner, b"%PDF-1.7", filename="a.pdf", content_type="application/pdf")
    shown = world.show(owner, object_id)
    assert (shown["status"], shown["thumbnails"], shown["content_type"]) == ("ready", [], "application/pdf")
    assert shown["sha256"] == sha256(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"just text", "not a picture"),
        (pictures.png_claiming(60_000, 60_000), "million are allowed"),
        (a_picture((400, 400))[:500], "damaged"),
    ],
    ids=["text named .jpg", "60,000 x 60,000", "truncated"],
)
def test_what_claims_to_be_a_picture_and_is_none_is_rejected_with_a_reason(
    world: World, owner: str, body: bytes, reason: str
) -> None:
    shown = world.show(owner, world.upload(owner, body))
    assert shown["status"] == "rejected"
    assert reason in shown["reason"]
    assert shown["thumbnails"] == []


def test_a_declared_digest_is_verified(world: World, owner: str) -> None:
    body = a_picture()
    assert world.show(owner, world.upload(owner, body, sha256=sha256(body)))["status"] == "ready"
    shown = world.show(owner, world.upload(owner, body, sha256=sha256(b"other")))
    assert shown["status"] == "rejected"
    assert "SHA-256" in shown["reason"]


def test_a_wrong_digest_of_a_plain_file_is_rejected_too(world: World, owner: str) -> None:
    object_id = world.upload(
        owner, b"PK", filename="a.zip", content_type="application/zip", sha256=sha256(b"other")
    )
    assert world.show(owner, object_id)["status"] == "rejected"


def test_a_large_plain_file_is_only_digested_when_asked(owner: str) -> None:
    world = World(limits=FileLimits(digested=5))
    kind = {"filename": "a.zip", "content_type": "application/zip"}
    assert world.show(owner, world.upload(owner, b"PK large", **kind))["sha256"] is None
    digest = sha256(b"PK large")
    assert world.show(owner, world.upload(owner, b"PK large", **kind, sha256=digest))["sha256"] == digest


def test_a_picture_with_too_many_bytes_is_rejected_unread(owner: str) -> None:
    world = World(limits=FileLimits(picture=100))
    shown = world.show(owner, world.upload(owner, a_picture((300, 300))))
    assert "MiB" in shown["reason"]
    assert world.renderer.rendered == 0


def test_a_file_that_is_larger_than_anything_allowed_is_rejected_unread(owner: str) -> None:
    world = World(limits=FileLimits(largest=100))
    world.files.put(f"users/{owner}/large.zip", b"x" * 101)
    world.work.intake.reconcile(f"users/{owner}/large.zip")
    assert world.list(owner)[0]["status"] == "rejected"


def test_a_second_event_changes_nothing(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    world.work.intake.reconcile(key)
    before = world.show(owner, begun["object_id"])
    world.work.intake.reconcile(key)
    assert world.show(owner, begun["object_id"]) == before
    assert world.renderer.rendered == 1


def test_an_event_before_the_file_changes_nothing(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    world.work.intake.reconcile(begun["upload"]["fields"]["key"])
    assert world.show(owner, begun["object_id"])["status"] == "pending"


@pytest.mark.parametrize("key", ["thumbnails/a/b/1/small.jpg", "users/a/", "other"])
def test_keys_that_are_nobodys_files_are_passed_over(world: World, key: str) -> None:
    world.files.put(key, b"x")
    world.work.intake.reconcile(key)
    assert world.files.keys() == [key]


def test_a_file_put_straight_into_the_folder_appears(world: World, owner: str) -> None:
    key = f"users/{owner}/deep/folder/Straße.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.reconcile(key)
    (shown,) = world.list(owner)
    assert (shown["filename"], shown["content_type"]) == ("Straße.png", "image/png")
    assert (shown["status"], len(shown["thumbnails"])) == ("ready", 3)
    assert shown["id"][14] == "7"


def test_a_file_put_straight_appears_once_however_often_it_is_announced(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    for _ in range(3):
        world.work.intake.reconcile(key)
    assert len(world.list(owner)) == 1


def test_files_put_straight_count_against_the_quota(world: World, owner: str) -> None:
    world.files.put(f"users/{owner}/a", b"12345")
    world.work.intake.reconcile(f"users/{owner}/a")
    assert world.records.usage(owner) == Usage(5, 1)


def test_a_replaced_file_is_looked_at_again_and_keeps_its_id(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture((300, 200), "PNG"))
    world.work.intake.reconcile(key)
    (before,) = world.list(owner)
    world.files.put(key, a_picture((640, 480), "PNG"))
    world.work.intake.reconcile(key)
    (after,) = world.list(owner)
    assert (after["id"], after["created_at"]) == (before["id"], before["created_at"])
    assert (after["width"], after["height"]) == (640, 480)
    assert len(world.files.keys(f"thumbnails/{owner}/")) == 6  # each also as JPEG


def test_a_picture_replaced_by_something_else_loses_its_thumbnails(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.reconcile(key)
    world.files.put(key, b"no picture any more")
    world.work.intake.reconcile(key)
    assert world.list(owner)[0]["status"] == "rejected"
    assert world.files.keys("thumbnails/") == []


def test_a_file_deleted_in_the_bucket_disappears(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.reconcile(key)
    world.files.delete(key)
    world.work.intake.reconcile(key)
    assert world.list(owner) == []
    assert world.files.keys() == []
    assert world.records.usage(owner) == Usage(0, 0)


def test_a_new_file_under_the_key_of_one_that_is_leaving_waits_for_its_turn(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.reconcile(key)
    obj = world.records.by_key(key)
    assert obj is not None
    marked = world.records.replace(obj, obj.marked_for_deletion(world.clock.now))
    world.files.put(key, a_picture((99, 99), "PNG"))
    with pytest.raises(DeletionPending):
        world.work.intake.reconcile(key)
    world.work.due.run()
    world.clock.advance(60)
    world.work.due.run()
    assert world.records.get(owner, marked.id) is None
    world.work.intake.reconcile(key)
    (shown,) = world.list(owner)
    assert (shown["width"], shown["id"] != str(marked.id)) == (99, True)
