"""Files are taken in however their events come."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from services.media.tests import pictures
from services.media.tests.factories import World, a_picture, sha256

from chassis.errors import Stale, Transient
from media.domain import lease
from media.domain.examination import Limits
from media.domain.objects import Status
from media.errors import ContentChanged, StillLeaving
from media.store.base import Usage


def test_a_picture_becomes_ready_with_three_thumbnails(world: World, owner: str) -> None:
    shown = world.show(owner, world.upload(owner, a_picture((3000, 2000))))
    assert (shown["status"], shown["width"], shown["height"]) == ("ready", 3000, 2000)
    assert [each["name"] for each in shown["thumbnails"]] == ["small", "medium", "large"]
    assert len(world.files.keys(f"thumbnails/{owner}/")) == 3


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
    world = World(limits=Limits(digested=5))
    kind = {"filename": "a.zip", "content_type": "application/zip"}
    assert world.show(owner, world.upload(owner, b"PK large", **kind))["sha256"] is None
    digest = sha256(b"PK large")
    assert world.show(owner, world.upload(owner, b"PK large", **kind, sha256=digest))["sha256"] == digest


def test_a_picture_with_too_many_bytes_is_rejected_unread(owner: str) -> None:
    world = World(limits=Limits(picture=100))
    shown = world.show(owner, world.upload(owner, a_picture((300, 300))))
    assert "MiB" in shown["reason"]
    assert world.renderer.rendered == 0


def test_a_file_that_is_larger_than_anything_allowed_is_rejected_unread(owner: str) -> None:
    world = World(limits=Limits(largest=100))
    world.files.put(f"users/{owner}/large.zip", b"x" * 101)
    world.work.intake.settle(f"users/{owner}/large.zip")
    assert world.list(owner)[0]["status"] == "rejected"


def test_a_second_event_changes_nothing(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    world.work.intake.settle(key)
    before = world.show(owner, begun["object_id"])
    world.work.intake.settle(key)
    assert world.show(owner, begun["object_id"]) == before
    assert world.renderer.rendered == 1


def test_an_event_before_the_file_changes_nothing(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    world.work.intake.settle(begun["upload"]["fields"]["key"])
    assert world.show(owner, begun["object_id"])["status"] == "pending"


@pytest.mark.parametrize("key", ["thumbnails/a/b/1/small.jpg", "users/a/", "other"])
def test_keys_that_are_nobodys_files_are_passed_over(world: World, key: str) -> None:
    world.files.put(key, b"x")
    world.work.intake.settle(key)
    assert world.files.keys() == [key]


def test_a_file_put_straight_into_the_folder_appears(world: World, owner: str) -> None:
    key = f"users/{owner}/deep/folder/Straße.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.settle(key)
    (shown,) = world.list(owner)
    assert (shown["filename"], shown["content_type"]) == ("Straße.png", "image/png")
    assert (shown["status"], len(shown["thumbnails"])) == ("ready", 3)
    assert shown["id"][14] == "7"


def test_a_file_put_straight_appears_once_however_often_it_is_announced(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    for _ in range(3):
        world.work.intake.settle(key)
    assert len(world.list(owner)) == 1


def test_files_put_straight_count_against_the_quota(world: World, owner: str) -> None:
    world.files.put(f"users/{owner}/a", b"12345")
    world.work.intake.settle(f"users/{owner}/a")
    assert world.records.usage(owner) == Usage(5, 1)


def test_a_replaced_file_is_looked_at_again_and_keeps_its_id(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture((300, 200), "PNG"))
    world.work.intake.settle(key)
    (before,) = world.list(owner)
    world.files.put(key, a_picture((640, 480), "PNG"))
    world.work.intake.settle(key)
    (after,) = world.list(owner)
    assert (after["id"], after["created_at"]) == (before["id"], before["created_at"])
    assert (after["width"], after["height"]) == (640, 480)
    assert len(world.files.keys(f"thumbnails/{owner}/")) == 3


def test_a_picture_replaced_by_something_else_loses_its_thumbnails(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.settle(key)
    world.files.put(key, b"no picture any more")
    world.work.intake.settle(key)
    assert world.list(owner)[0]["status"] == "rejected"
    assert world.files.keys("thumbnails/") == []


def test_a_file_deleted_in_the_bucket_disappears(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.settle(key)
    world.files.delete(key)
    world.work.intake.settle(key)
    assert world.list(owner) == []
    assert world.files.keys() == []
    assert world.records.usage(owner) == Usage(0, 0)


def test_while_one_worker_is_at_it_another_leaves_it_alone(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    real = world.renderer.render

    def meanwhile(source: Any, folder: Any) -> Any:
        world.work.intake.settle(key)
        return real(source, folder)

    monkeypatch.setattr(world.renderer, "render", meanwhile)
    world.work.intake.settle(key)
    assert world.renderer.rendered == 1
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def test_a_file_replaced_while_it_is_processed_ends_as_its_last_content(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture((300, 200), "PNG"))
    real = world.renderer.render

    def meanwhile(source: Any, folder: Any) -> Any:
        monkeypatch.setattr(world.renderer, "render", real)
        world.files.put(key, a_picture((640, 480), "PNG"))
        world.work.intake.settle(key)
        return real(source, folder)

    monkeypatch.setattr(world.renderer, "render", meanwhile)
    world.work.intake.settle(key)
    (shown,) = world.list(owner)
    assert (shown["width"], shown["status"]) == (640, "ready")
    kept = {world.records.by_key(key).thumbnails[i].key for i in range(3)}  # type: ignore[union-attr]
    assert set(world.files.keys("thumbnails/")) == kept


def test_an_object_deleted_while_it_is_processed_leaves_no_thumbnails(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    real = world.renderer.render

    def meanwhile(source: Any, folder: Any) -> Any:
        path = f"/v1/objects/{begun['object_id']}"
        assert world.client.delete(path, headers=world.headers(owner)).status_code == 204
        return real(source, folder)

    monkeypatch.setattr(world.renderer, "render", meanwhile)
    world.work.intake.settle(key)
    assert world.files.keys() == []
    assert world.list(owner) == []


def test_a_file_that_vanishes_while_it_is_read_is_tried_again(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    stat = world.files.stat

    def vanish(asked: str) -> Any:
        content = stat(asked)
        world.files.delete(asked)
        return content

    monkeypatch.setattr(world.files, "stat", vanish)
    with pytest.raises(ContentChanged):
        world.work.intake.settle(key)
    monkeypatch.undo()
    world.work.due.run()
    assert world.list(owner) == []


def test_an_outage_uses_up_no_attempts(world: World, owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())

    def away(*_: Any) -> Any:
        raise Transient("S3 is away.")

    monkeypatch.setattr(world.files, "read", away)
    for _ in range(10):
        with pytest.raises(Transient):
            world.work.intake.settle(key)
    monkeypatch.undo()
    world.work.intake.settle(key)
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def test_a_claim_that_cannot_be_given_back_runs_out(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    replace = world.records.replace

    def away(old: Any, new: Any) -> Any:
        if old.status is Status.PROCESSING:
            raise Transient("DynamoDB is away.")
        return replace(old, new)

    monkeypatch.setattr(world.records, "replace", away)
    with pytest.raises(Transient):
        world.work.intake.settle(key)
    monkeypatch.undo()
    world.clock.advance(16)
    world.work.due.run()
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def test_a_renderer_that_fails_once_is_asked_again(world: World, owner: str) -> None:
    world.renderer.failures = 1
    object_id = world.upload(owner, a_picture())
    assert world.show(owner, object_id)["status"] == "processing"
    world.clock.advance(5)
    world.work.due.run()
    assert world.show(owner, object_id)["status"] == "ready"


def test_a_picture_on_which_the_renderer_always_fails_is_rejected_in_the_end(
    world: World, owner: str
) -> None:
    world.renderer.failures = 100
    object_id = world.upload(owner, a_picture())
    for _ in range(8):
        world.clock.advance(60)
        world.work.due.run()
    shown = world.show(owner, object_id)
    assert shown["status"] == "rejected"
    assert "limits of time and memory" in shown["reason"]
    assert world.renderer.failures == 95


def test_a_worker_that_dies_at_work_is_followed_by_another(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    obj = world.records.by_key(key)
    content = world.files.stat(key)
    assert obj is not None
    assert content is not None
    world.records.replace(obj, obj.claimed(content, world.clock.now))
    world.work.due.run()
    assert world.show(owner, begun["object_id"])["status"] == "processing"
    world.clock.advance(16)
    world.work.due.run()
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def test_a_lease_is_renewed_as_long_as_the_work_lasts(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE", timedelta(seconds=0.03))
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    real, seen = world.renderer.render, []

    def slowly(source: Any, folder: Any) -> Any:
        for _ in range(2):
            world.clock.advance(100)
            seen.append(world.clock.now + timedelta(seconds=0.03))
            while world.records.by_key(key).due_at != seen[-1]:  # type: ignore[union-attr]
                time.sleep(0.005)
        return real(source, folder)

    monkeypatch.setattr(world.renderer, "render", slowly)
    world.work.intake.settle(key)
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def test_a_lease_that_cannot_be_renewed_does_not_stop_the_work(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = threading.Event()

    def away(*_: Any) -> None:
        tried.set()
        raise Transient("away")

    monkeypatch.setattr(lease, "LEASE", timedelta(seconds=0.03))
    monkeypatch.setattr(world.records, "postpone", away)
    real = world.renderer.render
    monkeypatch.setattr(world.renderer, "render", lambda *a: tried.wait(5) and real(*a))
    assert world.show(owner, world.upload(owner, a_picture()))["status"] == "ready"


def test_two_claims_at_once_have_one_winner(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    old = world.records.by_key(key)
    world.work.intake.settle(key)
    monkeypatch.setattr(world.records, "by_key", lambda _: old)
    with pytest.raises(Stale):
        world.work.intake.settle(key)


def test_a_new_file_under_the_key_of_one_that_is_leaving_waits_for_its_turn(world: World, owner: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    world.work.intake.settle(key)
    obj = world.records.by_key(key)
    assert obj is not None
    marked = world.records.replace(obj, obj.marked_for_deletion(world.clock.now))
    world.files.put(key, a_picture((99, 99), "PNG"))
    with pytest.raises(StillLeaving):
        world.work.intake.settle(key)
    world.work.due.run()
    world.clock.advance(60)
    world.work.due.run()
    assert world.records.get(owner, marked.id) is None
    world.work.intake.settle(key)
    (shown,) = world.list(owner)
    assert (shown["width"], shown["id"] != str(marked.id)) == (99, True)


def test_every_object_ends_settled_or_gone(world: World, owner: str) -> None:
    object_id = world.upload(owner, a_picture())
    assert {obj.status for obj in world.records.owned(owner)} == {Status.READY}
    assert world.records.due(world.clock.now, 10) == []
    assert world.show(owner, object_id)["status"] == "ready"
