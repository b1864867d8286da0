"""The orders in which to-dos are listed, as strings that sort bytewise and are never equal.

The same strings are cursor positions and the sort keys of the table's indexes. Each ends
with the to-do's id, so that to-dos with the same time or position still have one order.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from chassis.http.pagination import bad_cursor
from todos.domain.todo import Todo

Sort = Literal["created_at", "due_at", "position"]

START = " "
UNDATED = "~"
END = "\x7f"

_LONGEST = 100
_ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"
_SHAPES: dict[Sort, re.Pattern[str]] = {
    "created_at": re.compile(_ID),
    "due_at": re.compile(f"({_MOMENT}|{UNDATED})#{_ID}"),
    "position": re.compile(f"[0-9a-f]{{16}}#{_ID}"),
}
_SIGN = 1 << 63
_ALL = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Range:
    """Keys from `low` to `high`; neither is itself a key, unless a caller says so."""

    low: str
    high: str

    def __contains__(self, key: str) -> bool:
        return self.low <= key <= self.high

    def beyond(self, key: str, descending: bool) -> Range:
        """Return what comes after `key`, without it.

        Nothing sorts between a key and the key with a space behind it, nor between a key and
        its predecessor of the same length followed by `~`: keys hold printable ASCII only.
        """
        if descending:
            return Range(self.low, key[:-1] + chr(ord(key[-1]) - 1) + "~")
        return Range(key + " ", self.high)


def moment(value: datetime) -> str:
    """Return a time in UTC with milliseconds, of one length for every year."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sortable(number: float) -> str:
    """Return 16 hexadecimal digits that sort as IEEE 754 doubles do."""
    bits: int = struct.unpack(">Q", struct.pack(">d", number + 0.0))[0]
    return f"{bits ^ (_ALL if bits & _SIGN else _SIGN):016x}"


def created_key(todo: Todo) -> str:
    """Return the key of the order of creation: the id, which begins with its time."""
    return str(todo.id)


def due_key(todo: Todo) -> str:
    """Return the key of the order by due time; to-dos without one come last."""
    return f"{moment(todo.due_at) if todo.due_at else UNDATED}#{todo.id}"


def position_key(todo: Todo) -> str:
    """Return the key of the manual order."""
    return f"{sortable(todo.position)}#{todo.id}"


def is_key(sort: Sort, key: str) -> bool:
    """Say whether a to-do could have this key in this order. Cursors come from outside."""
    return _SHAPES[sort].fullmatch(key) is not None


def readable_key(value: object) -> str:
    """Return `value` if it may be a key at all; raise Invalid. Cursors come from outside."""
    if isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isascii() and value.isprintable():
        return value
    raise bad_cursor()


KEYS = {"created_at": created_key, "due_at": due_key, "position": position_key}
