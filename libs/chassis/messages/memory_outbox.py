"""An outbox in this process's memory, for the fakes of stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import RLock
from uuid import UUID

from chassis.clock import Clock, utc_now
from chassis.errors import Transient
from chassis.messages.events import Event
from chassis.messages.outbox import ParkedEvent, park


class MemoryOutbox:
    """An OutboxStore; a store puts the event of each of its changes into it."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._lock = RLock()
        self._parked: dict[UUID, ParkedEvent] = {}
        self.events: list[Event] = []

    def put(self, event: Event) -> None:
        """Keep an event until it is published."""
        with self._lock:
            self.events.append(event)

    def drain(self, limit: int, publish: Callable[[Event], None]) -> int:
        with self._lock:
            moved = 0
            for event in [event for event in self.events if self._is_due(event)][:limit]:
                try:
                    publish(event)
                except Exception as error:
                    self._park(event, error)
                    if isinstance(error, Transient):
                        raise
                else:
                    self.events.remove(event)
                    self._parked.pop(event.id, None)
                    moved += 1
            return moved

    def parked(self) -> list[ParkedEvent]:
        with self._lock:
            return [self._parked[event.id] for event in self.events if event.id in self._parked]

    def retry(self) -> int:
        with self._lock:
            for event_id, parked in self._parked.items():
                self._parked[event_id] = replace(parked, retry_at=self._clock())
            return len(self._parked)

    def _is_due(self, event: Event) -> bool:
        parked = self._parked.get(event.id)
        return parked is None or parked.retry_at <= self._clock()

    def _park(self, event: Event, error: Exception) -> None:
        before = self._parked.get(event.id)
        position = before.position if before else event.id.int
        failures = before.failures if before else 0
        self._parked[event.id] = park(position, failures + 1, error, self._clock())
