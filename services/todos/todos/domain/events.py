"""The event that the service publishes; its schema lies in `events/`."""

from __future__ import annotations

from chassis.clock import Clock
from chassis.messages.events import Event, new_event
from chassis.schemas import format_time
from todos.domain.todo import Todo

DUE = "todos.todo.due.v1"


class TodoEvents:
    """Makes the events of to-dos; `source` is the service's own address."""

    def __init__(self, source: str, clock: Clock) -> None:
        self._source = source
        self._clock = clock

    def due(self, owner: str, todo: Todo) -> Event:
        """Return the event of an open to-do of `owner` whose time has come."""
        data = {
            "account_id": owner,
            "id": str(todo.id),
            "list_id": str(todo.list_id),
            "title": todo.title,
            "due_at": format_time(todo.due_at) if todo.due_at else None,
        }
        return new_event(DUE, self._source, str(todo.id), data, self._clock)
