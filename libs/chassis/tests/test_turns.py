from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from chassis.errors import TooMany
from chassis.turns import Turns

LONG = 120.0


class Crowd:
    """Calls of many threads that hold their turns until they are let go."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.running: list[str] = []
        self.begun = threading.Semaphore(0)
        self.leave = threading.Event()
        self.pool = ThreadPoolExecutor(16)

    def enter(self, owner: str) -> Future[None]:
        return self.pool.submit(self._hold, owner)

    def _hold(self, owner: str) -> None:
        with self.turns.turn(owner):
            self.running.append(owner)
            self.begun.release()
            self.leave.wait(LONG)


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    made = Crowd(Turns(at_once=1, waiting=2, timeout=LONG))
    yield made
    made.leave.set()
    made.pool.shutdown()


def test_who_finds_the_line_full_is_refused_at_once(crowd: Crowd) -> None:
    held = [crowd.enter("ann") for _ in range(4)]
    crowd.begun.acquire()
    refused = next(one for one in _done(held))
    with pytest.raises(TooMany) as told:
        refused.result()
    assert told.value.retry_after == 1
    assert crowd.running == ["ann"]


def test_other_owners_do_not_notice(crowd: Crowd) -> None:
    for _ in range(4):
        crowd.enter("ann")
    crowd.begun.acquire()
    crowd.enter("bob")
    crowd.begun.acquire()
    assert sorted(crowd.running) == ["ann", "bob"]


def test_those_who_wait_get_their_turn_one_after_the_other(crowd: Crowd) -> None:
    held = [crowd.enter("ann") for _ in range(3)]
    crowd.leave.set()
    for one in held:
        one.result()
    assert crowd.running == ["ann"] * 3


def test_a_turn_that_does_not_come_in_time_is_refused() -> None:
    turns = Turns(at_once=1, waiting=1, timeout=0.01)
    with turns.turn("ann"), pytest.raises(TooMany), turns.turn("ann"):
        pass


def test_a_call_that_fails_gives_its_turn_back() -> None:
    turns = Turns(at_once=1, waiting=0, timeout=LONG)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn("ann"):
            raise ZeroDivisionError
    with turns.turn("ann"):
        pass


def _done(held: list[Future[None]]) -> Iterator[Future[None]]:
    while True:
        yield from (one for one in held if one.done())
