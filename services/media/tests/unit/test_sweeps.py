"""Nothing depends on an event arriving or a worker living."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from services.media.tests.factories import World, a_picture, an_owner

from chassis.errors import Transient
from chassis.http.pagination import Slice
from media.domain import sweeps
from media.domain.objects import Lane
from media.domain.ports import Usage


def test_an_upload_whose_event_was_lost_is_found_within_seconds(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    world.post(begun, a_picture())
    world.work.due.run()
    assert world.show(owner, begun["object_id"])["status"] == "pending"
    world.clock.advance(11)
    world.work.due.run()
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def test_an_upload_that_does_not_come_is_looked_for_less_and_less(world: World, owner: str) -> None:
    world.begin(owner, a_picture())
    looks, last = 0, None
    for _ in range(600):
        world.clock.advance(1)
        world.work.due.run()
        (obj,) = world.records.owned(owner)
        if obj.due_at != last:
            looks, last = looks + 1, obj.due_at
    assert 5 < looks < 10
    assert obj.version == 1


def test_an_upload_that_never_comes_is_forgotten(world: World, owner: str) -> None:
    world.begin(owner, a_picture())
    for _ in range(5):
        world.clock.advance(600)
        world.work.due.run()
    assert world.list(owner) == []
    assert world.records.usage(owner) == Usage(0, 0)


def test_of_an_owners_many_uploads_that_do_not_come_a_few_are_looked_for_at_a_time(
    world: World, owner: str
) -> None:
    for _ in range(60):
        world.begin(owner, a_picture())
    stranger = an_owner()
    begun = world.begin(stranger, a_picture())
    world.post(begun, a_picture())
    world.clock.advance(4)
    left = []
    for _ in range(4):
        world.work.due.run()
        left.append(len(world.records.due(world.clock(), Lane.QUICK, 100, None).items))
        assert world.show(stranger, begun["object_id"])["status"] == "ready"
    assert left == [40, 20, 0, 0]


def test_an_upload_that_comes_late_is_not_lost(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    for _ in range(5):
        world.clock.advance(600)
        world.work.due.run()
    world.work.intake.reconcile(world.post(begun, a_picture()))
    assert world.list(owner)[0]["status"] == "ready"


def test_a_file_put_straight_whose_event_was_lost_is_found(world: World, owner: str) -> None:
    world.files.put(f"users/{owner}/a.png", a_picture(kind="PNG"))
    world.work.walk.run()
    assert world.list(owner)[0]["status"] == "ready"


def test_a_replacement_whose_event_was_lost_is_found(world: World, owner: str) -> None:
    world.files.put(f"users/{owner}/a.png", a_picture((50, 50), "PNG"))
    world.work.walk.run()
    world.clock.advance(60)
    world.files.put(f"users/{owner}/a.png", a_picture((60, 60), "PNG"))
    world.work.walk.run()
    assert world.list(owner)[0]["width"] == 60


def test_the_walk_asks_only_about_what_is_new(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.files.put(f"users/{owner}/a", b"x")
    for _ in range(3):
        world.work.walk.run()
        world.clock.advance(3600)
    asked: list[str] = []
    real = world.records.by_key

    def by_key(key: str) -> Any:
        asked.append(key)
        return real(key)

    monkeypatch.setattr(world.records, "by_key", by_key)
    world.files.put(f"users/{owner}/b", b"x")
    world.work.walk.run()
    assert set(asked) == {f"users/{owner}/b"}


def test_a_walk_is_bounded_and_goes_on_where_it_ended(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "_PAGES", 2)
    monkeypatch.setattr(sweeps, "_PER_PAGE", 2)
    for number in range(7):
        world.files.put(f"users/{owner}/{number}", b"x")
    seen = []
    for _ in range(3):
        world.work.walk.run()
        world.clock.advance(60)
        seen.append(len(world.list(owner)))
    assert seen == [4, 7, 7]


def test_one_worker_walks_at_a_time(world: World, owner: str) -> None:
    progress = world.records.lease_scan(world.clock.now, 100)
    world.files.put(f"users/{owner}/a", b"x")
    world.work.walk.run()
    assert world.list(owner) == []
    world.clock.advance(101)
    world.work.walk.run()
    assert (progress is not None, len(world.list(owner))) == (True, 1)


def test_one_file_that_cannot_be_settled_does_not_hold_up_the_others(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        world.files.put(f"users/{owner}/{name}", b"x")
    stat = world.files.stat

    def failing(key: str) -> Any:
        if key.endswith("/a"):
            raise Transient("away")
        if key.endswith("/b"):
            raise RuntimeError("a bug")
        return stat(key)

    monkeypatch.setattr(world.files, "stat", failing)
    world.work.walk.run()
    assert [shown["filename"] for shown in world.list(owner)] == ["c"]


def test_what_is_not_due_any_more_is_left_alone(
    world: World, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.begin(owner, a_picture())
    (obj,) = world.records.owned(owner)
    monkeypatch.setattr(world.records, "due", lambda *_: Slice([obj], None))
    world.work.due.run()
    world.records.remove(obj)
    world.work.due.run()
    assert obj.due_at == world.clock.now + timedelta(seconds=3)
