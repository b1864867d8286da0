from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.schemas import Body, Line, Query, Text, Time, View, format_time

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001


class Meeting(View):
    at: Time


class Asked(Query):
    since: Time | None = None
    limit: int = 1


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


TIMES = ["2026-01-31T12:00:00Z", "2026-01-31t12:00:00.123456789z", "2026-01-31T12:00:00+05:30"]
NO_TIMES = [
    "20261231",
    "1767225600",
    "2026-12-31",
    "20261231T120000Z",
    "2026-W05-1T12:00:00Z",
    "2026-031T12:00:00Z",
    "2026-01-31T12:00:00",
    "2026-01-31 12:00:00Z",
    "2026-01-31_12:00:00Z",
    "2026-01-31T12:00Z",
    "2026-01-31T12Z",
    "2026-01-31T12:00:00+0530",
    "2026-01-31T12:00:00+05",
    "2026-01-31T12:00:00,5Z",
    "2026-01-31T12:00:00.Z",
    "2026-01-31T12:00:00 Z",
    " 2026-01-31T12:00:00Z",
    "2026-01-31T12:00:00Z\n",
    "٢٠٢٦-01-31T12:00:00Z",
    "2026-02-30T12:00:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T23:59:60Z",
    "2026-01-31T12:00:00+24:00",
    "0001-01-01T00:00:00+23:59",
    "+2026-01-31T12:00:00Z",
]


@pytest.mark.parametrize("text", TIMES)
def test_a_time_of_rfc_3339_is_taken(text: str) -> None:
    assert Meeting.model_validate_json(f'{{"at": "{text}"}}').at.year == 2026


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_of_rfc_3339_is_refused_in_bodies_and_queries(text: str) -> None:
    with pytest.raises(ValidationError):
        Meeting.model_validate_json(json.dumps({"at": text}))
    with pytest.raises(ValidationError):
        Asked.model_validate({"since": text})


@pytest.mark.parametrize("number", ["1767225600", "0", "1.5", "true"])
def test_a_number_is_no_time(number: str) -> None:
    with pytest.raises(ValidationError):
        Meeting.model_validate_json(f'{{"at": {number}}}')


def test_an_offset_whose_plus_became_a_space_is_explained() -> None:
    with pytest.raises(ValidationError, match="%2B"):
        Asked.model_validate({"since": "2026-01-31T12:00:00 01:00"})


@pytest.mark.parametrize("text", ["1_0", " 1", "1 ", "+1", "1.0", "1e1", "\u0661", "0x1", "", "9" * 40])
def test_a_number_in_a_query_is_digits_and_nothing_else(text: str) -> None:
    with pytest.raises(ValidationError):
        Asked.model_validate({"limit": text})
    assert Asked.model_validate({"limit": "-12"}).limit == -12


def test_a_time_is_described_as_one_coming_in_and_going_out() -> None:
    for schema in (Meeting.model_json_schema(mode=mode) for mode in ("validation", "serialization")):
        assert schema["properties"]["at"]["format"] == "date-time"


WRITING = st.characters(
    exclude_categories=["Cc", "Cs", "Zl", "Zp"],
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)


@given(st.text(WRITING))
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
