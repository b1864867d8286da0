"""Places in the order of changes, as strings that sort bytewise.

A place is the number of the account's write and, within it, lists before to-dos before deletions:
a reader who takes changes in this order never meets a to-do of a list it does not know.
"""

from __future__ import annotations

import re
from uuid import UUID

from todos.domain.commit import Kind

FIRST = f"{0:012d}"
"""The place before all changes."""

_PLACE = re.compile("[0-9]{12}(#X|#[LT]#[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?")
_CODES: dict[Kind, str] = {"list": "L", "todo": "T"}


def item_key(seq: int, kind: Kind, identifier: UUID) -> str:
    """Return the place of a list or to-do that write number `seq` made or changed."""
    return f"{seq:012d}#{_CODES[kind]}#{identifier}"


def removal_key(seq: int) -> str:
    """Return the place of everything that write number `seq` deleted."""
    return f"{seq:012d}#X"


def is_place(key: str) -> bool:
    """Say whether `key` may be a place at all. Tokens come from outside."""
    return _PLACE.fullmatch(key) is not None


def seq_of(key: str) -> int:
    """Return the number of the write at a place."""
    return int(key[:12])
