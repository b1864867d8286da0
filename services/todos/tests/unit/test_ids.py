from __future__ import annotations

from datetime import timedelta

from chassis.clock import utc_now
from chassis.ids import new_id
from todos.domain.ids import inbox_id, nth_id, time_of


def test_an_id_tells_the_time_it_was_made() -> None:
    assert abs(time_of(new_id()) - utc_now()) < timedelta(seconds=5)


def test_everyone_has_an_inbox_of_their_own_and_always_the_same() -> None:
    assert inbox_id("ann") == inbox_id("ann")
    assert inbox_id("ann") != inbox_id("ben")


def test_derived_ids_are_uuids_of_version_7_that_sort_by_number() -> None:
    base = new_id()
    ids = [nth_id(base, number) for number in range(100)]
    assert ids == sorted(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, base.variant)}
    assert {time_of(one) for one in ids} == {time_of(base)}


def test_derived_ids_are_the_same_again_and_differ_by_base() -> None:
    base = new_id()
    assert nth_id(base, 3) == nth_id(base, 3)
    assert nth_id(base, 3) != nth_id(new_id(), 3)
