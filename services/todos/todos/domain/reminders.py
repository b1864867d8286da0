"""Reminders: an event for every open to-do whose time has come, at most one for each time that it is due at.

The event is kept with the note that says so, in one transaction, and published from the outbox: a worker
that dies loses none and sends none twice, however many workers there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chassis.clock import Clock
from chassis.messages.events import Event
from todos.domain.events import TodoEvents
from todos.domain.todo import Todo

KEEP_NOTES = timedelta(days=7)
"""How long it is noted that an account was reminded: far longer than two machines' clocks differ."""

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Reminder:
    """A to-do of `owner` that is due, as it was found; it may have changed since."""

    owner: str
    todo: Todo


class ReminderStore(Protocol):
    """Knows which to-dos wait for a reminder; see Todo.awaits_reminder."""

    def due_reminders(self, now: datetime, limit: int) -> Sequence[Reminder]:
        """Return reminders whose time has come by `now`, or `limit` of them at least; what was just committed
        may be missing.
        """
        ...

    def remind(self, reminder: Reminder, event: Event, forget_at: int) -> bool:
        """Note the reminder and keep its event to be published: both, or return False and do neither.

        Nothing is done where the to-do is gone, done or due at another time by now, its account is erased,
        or it was reminded of for this very time. The note goes at `forget_at` (epoch seconds).
        Raises Transient when the to-do is being written just now, or the store is away.
        """
        ...


class Reminders:
    """Reminds of what is due."""

    def __init__(self, store: ReminderStore, events: TodoEvents, clock: Clock) -> None:
        self._store = store
        self._events = events
        self._clock = clock

    def run(self) -> None:
        """Remind of everything that is due now. Raises Transient; a repetition goes on."""
        while self._remind_some() >= _AT_ONCE:
            pass

    def _remind_some(self) -> int:
        """Return how many events were kept."""
        now = self._clock()
        forget_at = int((now + KEEP_NOTES).timestamp())
        found = self._store.due_reminders(now, _AT_ONCE)
        return sum(self._store.remind(one, self._events.due(one.owner, one.todo), forget_at) for one in found)
