"""Bases and field types of what comes in and goes out; unknown fields are refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from chassis import texts

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


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
    """The query string: converted from text, no unknown parameters. Numbers are digits and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _digits_alone(cls, given: Any) -> Any:
        """Turn what is no number into what pydantic refuses: it would take `1_0`, ` 1` and `1.0`."""
        numbers = [name for name, field in cls.model_fields.items() if field.annotation is int]
        odd = {name: "" for name in numbers if name in given and not _WHOLE.fullmatch(str(given[name]))}
        return {**given, **odd}


class View(BaseModel):
    """A JSON answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Pattern:
    """Adds a regular expression to a type's JSON Schema; a validator of its own checks the same."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(core_schema), "pattern": self._pattern}


def _rfc3339(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        return datetime.fromisoformat(value.upper())
    if isinstance(value, str) and _RFC3339.fullmatch(value.replace(" ", "+")):
        raise ValueError("has a space where its offset begins; write `+` as `%2B` in an address")
    raise ValueError("must be a time as in RFC 3339, with its offset, such as 2026-01-31T12:00:00Z")


def _utc(value: datetime) -> datetime:
    try:
        moved = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is out of range") from error
    return moved.replace(microsecond=moved.microsecond // 1000 * 1000)


def format_time(value: datetime) -> str:
    """Return RFC 3339 in UTC with milliseconds and `Z`: `2026-01-31T12:00:00.000Z`."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Text = Annotated[str, AfterValidator(texts.printable), _Pattern(texts.PRINTABLE)]
"""Text of several lines, without what turns its direction round."""

Line = Annotated[str, AfterValidator(texts.single_line), _Pattern(texts.SINGLE_LINE)]
"""Text of one line, without what turns its direction round."""

Visible = AfterValidator(texts.visible)
"""Refuses a text in which there is nothing to see."""

Time = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_utc),
    PlainSerializer(format_time, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""A moment: RFC 3339 with an offset coming in, UTC with `Z` going out."""
