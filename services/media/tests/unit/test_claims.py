"""Who works on a file, for how long, and what happens when they do not come to an end."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from services.media.tests.factories import World, a_picture

from chassis.errors import Stale, Transient
from media.domain import lease
from media.domain.objects import Lane, Status
from media.errors import ContentChanged


def test_while_one_worker_is_at_it_another_leaves_it_alone(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    real = world.renderer.render

    def meanwhile(source: Any, folder: Any) -> Any:
        world.work.intake.reconcile(key)
        return real(source, folder)

    monkeypatch.setattr(world.renderer, "render", meanwhile)
    world.work.intake.reconcile(key)
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
        world.work.intake.reconcile(key)
        return real(source, folder)

    monkeypatch.setattr(world.renderer, "render", meanwhile)
    world.work.intake.reconcile(key)
    (shown,) = world.list(owner)
    assert (shown["width"], shown["status"]) == (640, "ready")
    obj = world.records.by_key(key)
    assert obj is not None
    kept = [kept for thumbnail in obj.thumbnails for kept in thumbnail.keys]
    assert world.files.keys("thumbnails/") == sorted(kept)


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
    world.work.intake.reconcile(key)
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
        world.work.intake.reconcile(key)
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
            world.work.intake.reconcile(key)
    monkeypatch.undo()
    world.work.intake.reconcile(key)
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def test_thumbnails_that_an_outage_cut_short_are_taken_away(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = world.post(world.begin(owner, a_picture()), a_picture())
    write = world.files.write

    def away_after_the_first(place: str, path: Any, content_type: str) -> None:
        if world.files.keys("thumbnails/"):
            raise Transient("S3 is away.")
        write(place, path, content_type)

    monkeypatch.setattr(world.files, "write", away_after_the_first)
    with pytest.raises(Transient):
        world.work.intake.reconcile(key)
    monkeypatch.undo()
    world.work.intake.reconcile(key)
    obj = world.records.by_key(key)
    assert obj is not None
    kept = [kept for thumbnail in obj.thumbnails for kept in thumbnail.keys]
    assert world.files.keys("thumbnails/") == sorted(kept)


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
        world.work.intake.reconcile(key)
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
    assert "could not be read" in shown["reason"]
    assert world.renderer.failures == 97


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


@pytest.mark.parametrize(("deaths", "status"), [(10, "ready"), (16, "rejected")])
def test_a_worker_that_is_killed_says_little_of_the_picture_it_had_in_hand(
    world: World, owner: str, deaths: int, status: str
) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    content = world.files.stat(key)
    assert content is not None
    for _ in range(deaths):
        obj = world.records.by_key(key)
        assert obj is not None
        world.records.replace(obj, obj.claimed(content, world.clock.now))
        world.clock.advance(16)
    world.work.due.run()
    assert world.show(owner, begun["object_id"])["status"] == status


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
    world.work.intake.reconcile(key)
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
    monkeypatch.setattr(world.renderer, "render", lambda *a: tried.wait(60) and real(*a))
    assert world.show(owner, world.upload(owner, a_picture()))["status"] == "ready"


def test_two_claims_at_once_have_one_winner(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    old = world.records.by_key(key)
    world.work.intake.reconcile(key)
    monkeypatch.setattr(world.records, "by_key", lambda _: old)
    with pytest.raises(Stale):
        world.work.intake.reconcile(key)


def test_every_object_ends_settled_or_gone(world: World, owner: str) -> None:
    object_id = world.upload(owner, a_picture())
    assert {obj.status for obj in world.records.owned(owner)} == {Status.READY}
    assert world.records.due(world.clock.now, Lane.QUICK, 10).items == []
    assert world.show(owner, object_id)["status"] == "ready"
