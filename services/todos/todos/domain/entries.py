"""How many changes one answer holds."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.http.pagination import Slice
from todos.domain.documents import size_of
from todos.domain.ports import Entry

_FEWEST = 2
"""A reader may know the first entry already; with the second it gets ahead."""


def first_entries(entries: Iterable[Entry], limit: int, most_bytes: int) -> Slice[Entry]:
    """Return the first of `entries`: at most `limit`, and fewer when their documents are large.

    The slice has the position `{"after": key}` when there are more.
    """
    taken: list[Entry] = []
    size = 0
    for entry in entries:
        size += sum(size_of(change.document) for change in entry.changes if change.document)
        if len(taken) == limit or (len(taken) >= _FEWEST and size > most_bytes):
            return Slice(taken, {"after": taken[-1].key}, size)
        taken.append(entry)
    return Slice(taken, None, size)
