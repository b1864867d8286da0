from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.schemas import Body, Line, Text, Time, View, format_time

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001


class Meeting(View):
    at: Time


class Card(Body):
    line: Line = ""
    text: Text = ""


@given(moments)
def test_a_time_goes_out_in_utc_with_milliseconds_and_comes_back_the_same(moment: datetime) -> None:
    sent = Meeting(at=moment).model_dump_json()
    assert sent.endswith('Z"}')
    back = Meeting.model_validate_json(sent).at
    assert back == Meeting(at=moment).at
    assert abs(back - moment) < timedelta(milliseconds=1)


def test_a_time_is_written_as_rfc_3339() -> None:
    assert format_time(datetime(2026, 1, 31, 12, 0, 0, 1999, tzinfo=UTC)) == "2026-01-31T12:00:00.001Z"


@given(st.text())
def test_a_line_is_printable_or_refused(text: str) -> None:
    try:
        assert Card(line=text).line.isprintable() or len(text.splitlines()) <= 1
    except ValidationError:
        assert any(not character.isprintable() for character in text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_any_writing_is_a_line(text: str) -> None:
    assert Card(line=text, text=text).line == text


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0)])
def test_no_control_character_is_a_line(code: int) -> None:
    with pytest.raises(ValidationError):
        Card(line=f"a{chr(code)}b")


def test_text_keeps_tabs_and_line_ends_only() -> None:
    allowed = {chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)] if is_text(chr(code))}
    assert allowed == {"\t", "\n", "\r"}


def is_text(text: str) -> bool:
    try:
        Card(text=text)
    except ValidationError:
        return False
    return True
