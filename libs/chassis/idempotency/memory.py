"""Idempotency records in memory, for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from chassis.errors import TooMany
from chassis.idempotency.base import (
    KEEP_SECONDS,
    SMALL_BYTES,
    USUAL_LIMITS,
    IdempotencyLimits,
    Key,
    KeyClaim,
    KnownKey,
    RecordedAnswer,
)


@dataclass(slots=True)
class _Entry:
    fingerprint: str
    resource_id: UUID
    token: UUID
    leased_until: float
    kept_until: float
    recorded: RecordedAnswer | None = None


class MemoryIdempotency:
    """An IdempotencyStore of one process."""

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        limits: IdempotencyLimits = USUAL_LIMITS,
    ) -> None:
        self._now = now
        self._limits = limits
        self._entries: dict[Key, _Entry] = {}
        self._lock = threading.Lock()

    def begin(self, key: Key, fingerprint: str, resource_id: UUID, lease: int) -> KeyClaim | KnownKey:
        with self._lock:
            now = self._now()
            entry = self._entries.get(key)
            if entry is None or entry.kept_until <= now:
                self._refuse_more(key.owner, now)
                entry = _Entry(fingerprint, resource_id, uuid4(), now + lease, now + KEEP_SECONDS)
                self._entries[key] = entry
                return KeyClaim(key, resource_id, entry.token)
            if entry.recorded is None and entry.leased_until <= now and entry.fingerprint == fingerprint:
                entry.leased_until, entry.token = now + lease, uuid4()
                return KeyClaim(key, entry.resource_id, entry.token)
            return KnownKey(entry.fingerprint, entry.recorded)

    def finish(self, claim: KeyClaim, recorded: RecordedAnswer) -> None:
        with self._lock:
            if entry := self._held(claim):
                entry.recorded = recorded if self._has_room(claim.key.owner, recorded) else _bare(recorded)

    def release(self, claim: KeyClaim) -> None:
        with self._lock:
            if entry := self._held(claim):
                entry.leased_until = self._now()

    def abandon(self, claim: KeyClaim) -> None:
        with self._lock:
            if self._held(claim):
                del self._entries[claim.key]

    def forget(self, owner: str) -> None:
        with self._lock:
            self._entries = {key: entry for key, entry in self._entries.items() if key.owner != owner}

    def _refuse_more(self, owner: str | None, now: float) -> None:
        used = sum(key.owner == owner and one.kept_until > now for key, one in self._entries.items())
        if owner is not None and used >= self._limits.keys:
            raise TooMany(f"Your account has used {used} Idempotency-Keys today, the most there may be.")

    def _has_room(self, owner: str | None, recorded: RecordedAnswer) -> bool:
        size = len(recorded.body or b"")
        theirs = (one.recorded for key, one in self._entries.items() if key.owner == owner)
        kept = sum(len(one.body) for one in theirs if one is not None and one.body is not None)
        return owner is None or size <= SMALL_BYTES or kept + size <= self._limits.bytes

    def _held(self, claim: KeyClaim) -> _Entry | None:
        entry = self._entries.get(claim.key)
        return entry if entry is not None and entry.token == claim.token else None


def _bare(recorded: RecordedAnswer) -> RecordedAnswer:
    return replace(recorded, body=None)
