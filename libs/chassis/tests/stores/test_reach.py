from __future__ import annotations

import pytest

from chassis.stores.reach import Place, Reach, WrittenPlaces


@pytest.mark.parametrize(
    ("places", "changed"),
    [
        (["b"], True),
        (["c"], True),
        (["d"], True),
        (["a"], False),
        (["e"], False),
        (["a", "e"], False),
        ([], False),
    ],
)
def test_a_write_changes_what_reaches_over_one_of_its_places(places: list[str], changed: bool) -> None:
    written = WrittenPlaces(Place("letters", place) for place in places)
    assert written.changes(Reach("letters", "b", "d")) is changed


def test_spaces_are_apart() -> None:
    assert not WrittenPlaces([Place("letters", "c")]).changes(Reach("others"))


@pytest.mark.parametrize("place", ["", " ", "zzz", "\u00ff", "\U0001f600"])
def test_a_reach_without_bounds_is_over_every_place(place: str) -> None:
    assert WrittenPlaces([Place("letters", place)]).changes(Reach("letters"))
