"""Bases and field types of what comes in and goes out; unknown fields are refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainSerializer,
)
from pydantic_core import CoreSchema

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Body(BaseModel):
    """A JSON request body: strict types, no unknown fields, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Changes(Body):
    """A body of changes: a field that is not given stays as it is, its default here stands for nothing.

    The schema leaves these defaults out, so that no generated client sends them.
    """

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler(core_schema)
        for field in handler.resolve_ref_schema(schema).get("properties", {}).values():
            field.pop("default", None)
        return schema


class Query(BaseModel):
    """The query string: converted from text, no unknown parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class View(BaseModel):
    """A JSON answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _printable(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return value


def _single_line(value: str) -> str:
    if _CONTROL_OR_BREAK.search(value):
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
