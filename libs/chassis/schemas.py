"""Bases and field types of what comes in and goes out; unknown fields are refused."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer


class Body(BaseModel):
    """A JSON request body: strict types, no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """The query string: converted from text, no unknown parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class View(BaseModel):
    """A JSON answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _printable(value: str) -> str:
    for character in value:
        if character not in "\n\r\t" and unicodedata.category(character) in {"Cc", "Cs"}:
            raise ValueError("must not contain control characters")
    return value


def _single_line(value: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value):
        raise ValueError("must be one line without control characters")
    return value


def _utc(value: datetime) -> datetime:
    try:
        moved = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is out of range") from error
    return moved.replace(microsecond=moved.microsecond // 1000 * 1000)


def format_time(value: datetime) -> str:
    """Return RFC 3339 in UTC with milliseconds and `Z`: `2026-01-31T12:00:00.000Z`."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Text = Annotated[str, AfterValidator(_printable)]
"""Text of several lines."""

Line = Annotated[str, AfterValidator(_single_line)]
"""Text of one line."""

Time = Annotated[
    AwareDatetime, AfterValidator(_utc), PlainSerializer(format_time, return_type=str, when_used="json")
]
"""A moment: RFC 3339 with an offset coming in, UTC with `Z` going out."""
