"""Cursor paging: `?limit=&cursor=` in, `{"items": [...], "next_cursor": ...}` out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.errors import FieldError, Invalid
from chassis.schemas import Query

T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class PageQuery(Query):
    """The paging parameters of every list."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many items at most.")
    cursor: str | None = Field(default=None, max_length=2048, description="`next_cursor` of the page before.")

    def fingerprint(self) -> str:
        """Return a short digest of everything but the paging itself: a cursor belongs to one question.

        What was not asked for is left out, so that a filter which is added later leaves older cursors good.
        The class's name tells lists apart of which nothing was asked.
        """
        asked = self.model_dump_json(exclude={"limit", "cursor"}, exclude_defaults=True)
        question = f"{type(self).__name__} {asked}"
        return hashlib.blake2b(question.encode(), digest_size=6).hexdigest()


class Page(BaseModel, Generic[T]):
    """One page of a list, as it is answered."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page of a list, as a store gives it: `position` is where the next begins, None at the end.

    `read_bytes` is how much the store read for it, where it counts that. `looked_at` is the last key of its
    order on which the slice depends, None where it depends on all that follow.
    """

    items: list[T]
    position: Mapping[str, object] | None
    read_bytes: int = 0
    looked_at: str | None = None


def encode_cursor(position: Mapping[str, object] | None, fingerprint: str = "") -> str | None:
    """Return the opaque cursor of a position (JSON values), or None for none."""
    if position is None:
        return None
    raw = json.dumps({"p": dict(position), "f": fingerprint}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, fingerprint: str = "") -> dict[str, object] | None:
    """Return the position in `cursor`; raise Invalid when it was not made by us for this question.

    Positions are not secret and not trusted: a store must scope them to the caller.
    """
    if cursor is None:
        return None
    try:
        data = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        position, question = data["p"], data["f"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise bad_cursor() from error
    if not isinstance(position, dict) or encode_cursor(position, question) != cursor:
        raise bad_cursor()
    if question != fingerprint:
        raise bad_cursor("belongs to a list with other filters")
    return position


def id_in(position: Mapping[str, object] | None, name: str) -> UUID | None:
    """Return the id that a position holds under `name`, None for none; raise Invalid when it holds none."""
    if position is None:
        return None
    try:
        return UUID(str(position.get(name)))
    except ValueError as error:
        raise bad_cursor() from error


def text_in(position: Mapping[str, object] | None, name: str) -> str | None:
    """Return the text that a position holds under `name`, None for none; raise Invalid when it holds none."""
    if position is None:
        return None
    found = position.get(name)
    if not isinstance(found, str) or not found:
        raise bad_cursor()
    return found


def bad_cursor(why: str = "is not one of ours") -> Invalid:
    """Return the problem of a cursor that leads nowhere."""
    message = f"The cursor {why}; start again without one."
    return Invalid(message, [FieldError("/cursor", message)])
