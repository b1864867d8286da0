"""JSON pointers (RFC 6901) from the locations that pydantic reports."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from chassis.errors import FieldError, Invalid


def pointer(location: Sequence[str | int]) -> str:
    """Return the pointer to `location`; the whole document is the empty string."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)


def invalid(error: ValidationError) -> Invalid:
    """Return the Invalid that tells a caller every wrong field of a failed validation (at most 20)."""
    wrong = error.errors(include_url=False, include_input=False, include_context=False)
    fields = [FieldError(pointer(item["loc"]), _sentence(item["msg"])) for item in wrong[:20]]
    return Invalid(f"{len(wrong)} invalid value{'s' if len(wrong) > 1 else ''}; see `errors`.", fields)


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")
