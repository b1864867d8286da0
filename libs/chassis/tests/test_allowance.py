from __future__ import annotations

import pytest

from chassis.allowance import Allowance
from chassis.errors import TooMany


class Watch:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_owner_may_use_the_burst_at_once_and_is_then_told_when_to_come_again() -> None:
    watch = Watch()
    allowance = Allowance(burst=10, rate=2, now=watch)
    allowance.spend("ann", 9)
    allowance.require("ann")
    allowance.spend("ann", 7)
    with pytest.raises(TooMany) as told:
        allowance.require("ann")
    assert told.value.retry_after == 3
    watch.now += 3.1
    allowance.require("ann")


def test_one_owners_use_is_not_anothers() -> None:
    allowance = Allowance(burst=1, rate=1, now=Watch())
    allowance.spend("ann", 100)
    allowance.require("bob")


def test_what_is_full_again_is_forgotten() -> None:
    watch = Watch()
    allowance = Allowance(burst=1, rate=1, now=watch)
    for number in range(5000):
        allowance.spend(str(number), 1)
        watch.now += 1
    assert len(allowance._full_at) <= 1024
