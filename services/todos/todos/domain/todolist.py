"""One list and how it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from todos.domain.ids import inbox_id, time_of
from todos.errors import DefaultListNotRenamed, NameReserved

INBOX = "inbox"


class ListFields(TypedDict, total=False):
    """What a client may say about a list; a missing key is not said."""

    name: str
    color: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoList:
    """A list of to-dos. Times are UTC in milliseconds; `version` counts from 1.

    A default is what a list has that was stored before the field existed: a field that is added needs one.
    """

    id: UUID
    name: str
    color: str | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def is_inbox(self) -> bool:
        """Say whether this is its owner's default list."""
        return self.name == INBOX

    def changed(self, fields: ListFields, now: datetime) -> TodoList:
        """Return the list with `fields`: the very same when nothing differs.

        Raises DefaultListKept for another name of the default list, or its name for another.
        """
        name = fields.get("name", self.name)
        if name != self.name:
            if self.is_inbox:
                raise DefaultListNotRenamed
            refuse_reserved(name)
        fresh = replace(self, name=name, color=fields.get("color", self.color))
        if fresh == self:
            return self
        return replace(fresh, updated_at=max(now, self.updated_at), version=self.version + 1)


def refuse_reserved(name: str) -> None:
    """Raise DefaultListKept for the name that only the default list has."""
    if name.casefold() == INBOX:
        raise NameReserved(INBOX)


def new_list(list_id: UUID, fields: ListFields) -> TodoList:
    """Return a fresh list; `fields` needs a name, which must not be the default list's."""
    refuse_reserved(fields["name"])
    created_at = time_of(list_id)
    return TodoList(
        id=list_id,
        name=fields["name"],
        color=fields.get("color"),
        created_at=created_at,
        updated_at=created_at,
    )


def inbox_of(owner: str, now: datetime) -> TodoList:
    """Return the owner's default list, made now."""
    return TodoList(id=inbox_id(owner), name=INBOX, created_at=now, updated_at=now)
