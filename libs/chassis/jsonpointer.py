"""JSON pointers (RFC 6901) from the locations that pydantic reports."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from chassis.errors import FieldError, Invalid

MOST_ERRORS = 20


def pointer(location: Sequence[str | int]) -> str:
    """Return the pointer to `location`; the whole document is the empty string."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)


def invalid(error: ValidationError, document: object = None) -> Invalid:
    """Return the Invalid that tells a caller every wrong field of a failed validation (at most 20).

    `document` is the input: pydantic's locations also name the member of a union that was tried, which is
    no place in it.
    """
    wrong = error.errors(include_url=False, include_input=False, include_context=False)
    fields = [
        FieldError(pointer(_place(document, item["loc"], item["type"])), _sentence(item["msg"]))
        for item in wrong[:MOST_ERRORS]
    ]
    return Invalid(f"{len(wrong)} invalid value{'s' if len(wrong) > 1 else ''}; see `errors`.", fields)


def _place(document: object, location: Sequence[str | int], kind: str) -> list[str | int]:
    """Return the steps of `location` that lead through `document`, and a missing field's own name."""
    if document is None:
        return list(location)
    steps: list[str | int] = []
    for number, step in enumerate(location):
        try:
            document = document[step]  # type: ignore[index]  # what cannot be indexed so is told by the error
        except (KeyError, IndexError, TypeError):
            if kind != "missing" or number < len(location) - 1:
                continue
        steps.append(step)
    return steps


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")
