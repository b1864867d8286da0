from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.stores.singleflight import SingleFlight


class Work:
    """Counts its runs and takes a moment."""

    def __init__(self, error: Exception | None = None) -> None:
        self.runs = 0
        self.error = error

    def __call__(self) -> bytes:
        self.runs += 1
        time.sleep(0.2)
        if self.error:
            raise self.error
        return str(self.runs).encode()


def together(flights: SingleFlight, work: Work, keys: list[str]) -> list[object]:
    start = threading.Barrier(len(keys))

    def ask(key: str) -> object:
        start.wait()
        try:
            return flights.run(key, work)
        except ZeroDivisionError as error:
            return error

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(ask, keys))


def test_many_who_ask_at_once_are_one_call() -> None:
    work = Work()
    assert together(SingleFlight(), work, ["a"] * 8) == [b"1"] * 8
    assert work.runs == 1


def test_different_questions_do_not_wait_for_each_other() -> None:
    work = Work()
    together(SingleFlight(), work, ["a", "b", "c"])
    assert work.runs == 3


def test_a_later_question_is_asked_anew() -> None:
    flights, work = SingleFlight(), Work()
    assert (flights.run("a", work), flights.run("a", work)) == (b"1", b"2")


def test_an_error_is_everybodys_and_is_not_remembered() -> None:
    flights, work = SingleFlight(), Work(ZeroDivisionError())
    assert all(isinstance(result, ZeroDivisionError) for result in together(flights, work, ["a"] * 4))
    work.error = None
    assert flights.run("a", work)


def test_an_error_of_the_only_caller_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        SingleFlight().run("a", Work(ZeroDivisionError()))
