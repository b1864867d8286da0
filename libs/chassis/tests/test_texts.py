from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.texts import as_line, composed, folded, has_one_spelling, printable, single_line, visible

UNSEEN = [
    "\u200b",
    "\u2800",
    "\u3164",
    "\u200d\ufe0f",
    "\u00ad \u2060",
    "\U000e0041",
    "\ufeff\u00a0",
    "\u115f",
]


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_without_anything_to_see_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="seen"):
        visible(text)


@pytest.mark.parametrize(
    "text", ["a\u200b", "❤\ufe0f", "👩\u200d👩\u200d👧", "\u05d0\u200f", "क्\u200dष", "~"]
)
def test_a_text_with_something_to_see_stays_as_it_was_written(text: str) -> None:
    assert visible(single_line(text)) == text


@given(st.text())
def test_any_text_becomes_one_line_that_is_taken(text: str) -> None:
    assert single_line(as_line(text)) == as_line(text)


def test_what_is_one_line_keeps_its_words() -> None:
    assert as_line("Buy\r\nmilk\x00,  ü\u202e\u2028👩\u200d👩 ") == "Buy milk , ü 👩\u200d👩"


@pytest.mark.parametrize("clean", [printable, single_line])
def test_marks_that_turn_the_direction_are_dropped(clean: type) -> None:
    assert clean("photo\u202egpj.exe\u2066\u2069") == "photogpj.exe"  # type: ignore[call-overload]


@given(st.text())
def test_every_spelling_of_a_text_is_folded_to_the_same(text: str) -> None:
    assert folded(unicodedata.normalize("NFC", text)) == folded(unicodedata.normalize("NFD", text))


@given(st.text(), st.characters())
def test_what_has_one_spelling_is_composed_from_nothing_else(text: str, one: str) -> None:
    other = text + one
    if has_one_spelling(composed(other)):
        assert composed(other) == other
