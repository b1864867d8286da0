"""Idempotency records in memory, for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from chassis.idempotency.base import KEEP_SECONDS, Claimed, Known, Recorded


@dataclass(slots=True)
class _Entry:
    fingerprint: str
    resource_id: UUID
    leased_until: float
    kept_until: float
    recorded: Recorded | None = None


class MemoryIdempotency:
    """An IdempotencyStore of one process."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    def begin(self, key: str, fingerprint: str, resource_id: UUID, lease: int) -> Claimed | Known:
        """See IdempotencyStore."""
        with self._lock:
            now = self._now()
            entry = self._entries.get(key)
            if entry is None or entry.kept_until <= now:
                self._entries[key] = _Entry(fingerprint, resource_id, now + lease, now + KEEP_SECONDS)
                return Claimed(resource_id)
            if entry.recorded is None and entry.leased_until <= now and entry.fingerprint == fingerprint:
                entry.leased_until = now + lease
                return Claimed(entry.resource_id)
            return Known(entry.fingerprint, entry.recorded)

    def finish(self, key: str, recorded: Recorded) -> None:
        """See IdempotencyStore."""
        with self._lock:
            if key in self._entries:
                self._entries[key].recorded = recorded

    def release(self, key: str) -> None:
        """See IdempotencyStore."""
        with self._lock:
            if key in self._entries:
                self._entries[key].leased_until = self._now()

    def abandon(self, key: str) -> None:
        """See IdempotencyStore."""
        with self._lock:
            self._entries.pop(key, None)
