from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.todos.tests.factories import NOON, a_todo

from chassis.errors import Invalid
from chassis.ids import new_id
from todos.domain.order import Range, due_key, position_key, readable_key, sortable

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7D), min_size=1, max_size=6)


@given(FLOATS, FLOATS)
def test_numbers_sort_as_their_text_does(one: float, other: float) -> None:
    assert (one < other) == (sortable(one) < sortable(other))


def test_minus_zero_is_zero() -> None:
    assert sortable(-0.0) == sortable(0.0)


@given(KEYS, KEYS, st.booleans())
def test_what_lies_beyond_a_key_is_what_sorts_behind_it(key: str, other: str, descending: bool) -> None:
    behind = other < key if descending else other > key
    if len(key) == len(other):
        assert (other in Range(" ", "\x7f").beyond(key, descending)) == behind


def test_undated_todos_come_last() -> None:
    assert due_key(a_todo(due_at=NOON)) < due_key(a_todo())


def test_todos_in_one_place_are_told_apart_by_their_ids() -> None:
    one, other = a_todo(id=new_id()), a_todo(id=new_id())
    assert position_key(one) < position_key(other)


@pytest.mark.parametrize("value", [None, 5, "", "é", "a\nb", "x" * 101, ["a"]])
def test_what_cannot_be_a_key_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        readable_key(value)
