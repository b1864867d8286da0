"""One to-do and how it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from todos.domain.ids import time_of

POSITION_STEP = 1024.0


class TodoFields(TypedDict, total=False):
    """What a client may say about a to-do; a missing key is not said."""

    title: str
    list_id: UUID | None
    notes: str | None
    due_at: datetime | None
    priority: int
    tags: tuple[str, ...]
    done: bool
    position: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """A to-do. Times are UTC in milliseconds; `created_at` is the time in `id`; `version` counts from 1.

    A default is what a to-do has that was stored before the field existed: a field that is added needs one.
    """

    id: UUID
    list_id: UUID
    title: str
    notes: str | None = None
    done: bool = False
    done_at: datetime | None = None
    due_at: datetime | None = None
    priority: int = 0
    tags: tuple[str, ...] = ()
    position: float = 0.0
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def awaits_reminder(self) -> bool:
        """Whether there is to be a reminder: it is open, and due later than it was last written.

        Who writes it after its time has seen it.
        """
        return not self.done and self.due_at is not None and self.due_at > self.updated_at

    def changed(self, fields: TodoFields, list_id: UUID, now: datetime) -> Todo:
        """Return the to-do with `fields` in the list `list_id`: the very same when nothing differs.

        `done_at` is when `done` last became true, and None while it is false.
        """
        done = fields.get("done", self.done)
        done_at = (self.done_at or now) if done else None
        fresh = replace(
            self,
            list_id=list_id,
            title=fields.get("title", self.title),
            notes=fields.get("notes", self.notes),
            done=done,
            done_at=done_at,
            due_at=fields.get("due_at", self.due_at),
            priority=fields.get("priority", self.priority),
            tags=fields.get("tags", self.tags),
            position=fields.get("position", self.position),
        )
        if fresh == self:
            return self
        return replace(fresh, updated_at=max(now, self.updated_at), version=self.version + 1)


def new_todo(todo_id: UUID, list_id: UUID, fields: TodoFields, position: float) -> Todo:
    """Return a fresh to-do at `position`; `fields` needs a title."""
    created_at = time_of(todo_id)
    return Todo(
        id=todo_id,
        list_id=list_id,
        title=fields["title"],
        notes=fields.get("notes"),
        done=False,
        done_at=None,
        due_at=fields.get("due_at"),
        priority=fields.get("priority", 0),
        tags=fields.get("tags", ()),
        position=position,
        created_at=created_at,
        updated_at=created_at,
        version=1,
    )
