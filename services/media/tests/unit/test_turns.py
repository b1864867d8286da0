"""Whoever has much to be done does not hold up whoever has little."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from services.media.tests import pictures
from services.media.tests.factories import World, a_picture, an_object, an_owner

from media.domain.objects import Lane, Status
from media.domain.turns import WorkSlots, by_turns
from media.errors import LimitExceeded


def test_one_owner_never_takes_the_last_place() -> None:
    turns = WorkSlots(at_once=3, per_owner=2)
    with turns.offered("a") as first, turns.offered("a") as second, turns.offered("a") as third:
        assert (first, second, third) == (True, True, False)
        with turns.offered("b") as others:
            assert others


def test_a_place_is_free_again_when_its_work_is_done() -> None:
    turns = WorkSlots(at_once=1, per_owner=1)
    with turns.offered("a"):
        pass
    with turns.offered("b") as free:
        assert free


def test_a_place_can_be_waited_for() -> None:
    turns, came = WorkSlots(at_once=1, per_owner=1), threading.Event()

    def wait() -> None:
        with turns.awaited("b"):
            came.set()

    with turns.offered("a"):
        waiter = threading.Thread(target=wait)
        waiter.start()
        assert not came.wait(0.05)
    waiter.join(30)
    assert came.is_set()


def test_owners_take_turns() -> None:
    mine, theirs = [an_object("a") for _ in range(4)], [an_object("b") for _ in range(2)]
    assert [obj.owner for obj in by_turns([*mine, *theirs], 3)] == ["a", "b", "a", "b", "a"]


def taken(world: World, owner: str) -> Any:
    """Take all places of `owner`, as pictures in hand do."""
    return world.turns.offered(owner)


def test_a_message_of_an_owner_without_a_place_is_left_to_the_sweep(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    with taken(world, owner), taken(world, owner):
        world.work.arrivals.announce(key)
        assert world.renderer.rendered == 0
    world.work.due.run()
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def test_a_file_put_straight_by_an_owner_without_a_place_is_listed_and_looked_at_later(
    world: World, owner: str
) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture(kind="PNG"))
    with taken(world, owner), taken(world, owner):
        world.work.arrivals.announce(key)
    assert world.list(owner)[0]["status"] == "pending"
    world.work.due.run()
    assert world.list(owner)[0]["status"] == "ready"


@pytest.mark.parametrize("change", ["replaced", "deleted", "nothing"])
def test_a_change_that_is_left_to_the_sweep_is_not_lost(world: World, owner: str, change: str) -> None:
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture((50, 50), "PNG"))
    world.work.arrivals.announce(key)
    if change == "replaced":
        world.files.put(key, a_picture((60, 60), "PNG"))
    elif change == "deleted":
        world.files.delete(key)
    with taken(world, owner), taken(world, owner):
        world.work.arrivals.announce(key)
    world.work.due.run()
    expected = {"replaced": [60], "deleted": [], "nothing": [50]}[change]
    assert [shown["width"] for shown in world.list(owner)] == expected
    assert [obj.due_at for obj in world.records.owned(owner) if obj.status is Status.READY] == [None] * len(
        expected
    )


def test_a_stranger_is_looked_at_before_the_rest_of_a_crowd(world: World, owner: str) -> None:
    crowd, order = an_owner(), []
    real = world.work.intake.reconcile

    def reconcile(key: str) -> None:
        order.append(key.split("/")[1])
        real(key)

    world.work.intake.reconcile = reconcile  # type: ignore[method-assign]
    for whose in [crowd] * 30 + [owner]:
        world.post(world.begin(whose, b"PK", filename="a.zip", content_type="application/zip"), b"PK")
    world.clock.advance(60)
    world.work.due.run()
    assert order.index(owner) < 4
    world.work.due.run()
    assert len(order) == 31  # the rest of the crowd's came in the next run


def test_uploads_that_never_came_do_not_hold_up_others(world: World, owner: str) -> None:
    crowd = an_owner()
    for _ in range(300):
        world.records.create(an_object(crowd, due_at=world.clock.now))
    begun = world.begin(owner, a_picture())
    world.post(begun, a_picture())
    world.clock.advance(10)
    world.work.due._round()
    assert world.show(owner, begun["object_id"])["status"] == "ready"


def exceeding(world: World, times: int) -> None:
    """Let the first `times` pictures need more than they may."""
    real, left = world.renderer.render, [times]

    def render(*arguments: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise LimitExceeded("The picture takes too much time or memory to read.")
        return real(*arguments)

    world.renderer.render = render  # type: ignore[method-assign]


def test_a_picture_that_is_too_much_for_the_quick_lane_is_drawn_in_the_slow_one(
    world: World, owner: str
) -> None:
    exceeding(world, 1)
    object_id = world.upload(owner, a_picture())
    assert world.show(owner, object_id)["status"] == "processing"
    world.work.due.run()
    assert world.show(owner, object_id)["status"] == "processing"
    world.work.slow.run()
    assert world.show(owner, object_id)["status"] == "ready"


def test_a_picture_that_is_too_much_for_both_lanes_is_refused_with_the_reason(
    world: World, owner: str
) -> None:
    exceeding(world, 2)
    object_id = world.upload(owner, a_picture())
    world.work.slow.run()
    shown = world.show(owner, object_id)
    assert (shown["status"], "too much time" in shown["reason"]) == ("rejected", True)


def test_a_message_about_a_picture_in_the_slow_lane_does_not_bring_it_back(world: World, owner: str) -> None:
    exceeding(world, 1)
    begun = world.begin(owner, a_picture())
    key = world.post(begun, a_picture())
    for _ in range(3):
        world.work.arrivals.announce(key)
    assert world.renderer.rendered == 0
    assert world.records.due(world.clock.now, Lane.SLOW, 10).items != []


def test_a_replacement_of_a_slow_picture_begins_in_the_quick_lane(world: World, owner: str) -> None:
    exceeding(world, 1)
    key = f"users/{owner}/a.png"
    world.files.put(key, a_picture((50, 50), "PNG"))
    world.work.arrivals.announce(key)
    world.files.put(key, pictures.encoded(pictures.quarters(), "PNG"))
    world.work.arrivals.announce(key)
    assert world.list(owner)[0]["status"] == "ready"
