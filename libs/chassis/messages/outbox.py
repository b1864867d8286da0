"""The transactional outbox: an event is stored with the change it tells of, and relayed afterwards.

An event that cannot be published is parked, so that it does not hold up the others: it is kept, tried
again after growing pauses, logged and counted each time, and can be looked at. While the transport is away
events keep their order at first; it is no promise, and consumers do not rely on it.
Pattern: https://microservices.io/patterns/data/transactional-outbox.html
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chassis.errors import Problem, Transient
from chassis.messages.events import Event, Publisher
from chassis.process.background import backoff
from chassis.telemetry import metrics

log = logging.getLogger(__name__)

BATCH = 100
LOUD_AFTER = 5
"""So many failures of one event are logged as an error: a person has to look at it."""

_LONGEST_PAUSE = 300.0
_LONGEST_PAUSE_WHILE_AWAY = 5.0


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """An event that could not be published, and when it is tried again; `position` names it in its outbox."""

    position: int
    failures: int
    retry_at: datetime
    error: str


def park(position: int, failures: int, error: Exception, now: datetime) -> ParkedEvent:
    """Return what becomes of an event whose publishing failed for the `failures`th time; log and count it."""
    reason = repr(error.__cause__ or error)[:500]
    parked = ParkedEvent(position, failures, now + _pause(failures, error), reason)
    metrics.OUTBOX.labels("failed").inc()
    level = logging.ERROR if failures >= LOUD_AFTER else logging.WARNING
    fields = {"position": position, "failures": failures, "error": reason}
    log.log(level, "event not published", extra=fields)
    return parked


def _pause(failures: int, error: Exception) -> timedelta:
    """Return how long the event waits; not at all for the first few times that the transport is away."""
    if not isinstance(error, Transient):
        return timedelta(seconds=backoff(failures, first=1.0, longest=_LONGEST_PAUSE))
    if failures < LOUD_AFTER:
        return timedelta(0)
    return timedelta(seconds=backoff(failures, first=1.0, longest=_LONGEST_PAUSE_WHILE_AWAY))


class OutboxStore(Protocol):
    """Events waiting to be published."""

    def drain(self, limit: int, publish: Callable[[Event], None]) -> int:
        """Publish up to `limit` events that are due, oldest first, and return how many went out.

        An event is removed only after `publish` returned for it, in a transaction that other
        relays skip over. One for which it raised is parked, and the others go on; a Transient, which
        is no fault of the event, ends the round and is passed on. What went out before stays
        removed. An event may go out twice, never not at all.
        """
        ...

    def parked(self) -> Sequence[ParkedEvent]:
        """Return the events that were parked, oldest first."""
        ...

    def retry(self) -> int:
        """Make the events that were parked due at once; return how many."""
        ...


class Relay:
    """Moves events from the outbox to the publisher."""

    def __init__(self, store: OutboxStore, publisher: Publisher, pause: float = 0.2) -> None:
        self._store = store
        self._publisher = publisher
        self._pause = pause

    def drain(self) -> int:
        """Publish all that is due now; return how many events that was. Raises Transient."""
        moved = 0
        while batch := self._store.drain(BATCH, self._publisher.publish):
            metrics.OUTBOX.labels("published").inc(batch)
            moved += batch
        return moved

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop` is set; an absent store or topic is waited for."""
        failures = 0
        while not stop.is_set():
            try:
                moved = self._store.drain(BATCH, self._publisher.publish)
                failures = 0
            except Problem as error:
                failures += 1
                log.warning("events not published yet", extra={"error": repr(error.__cause__ or error)})
                stop.wait(backoff(failures, longest=5.0))
                continue
            except Exception:
                failures += 1
                log.exception("events not published yet")
                stop.wait(backoff(failures, longest=5.0))
                continue
            if moved:
                metrics.OUTBOX.labels("published").inc(moved)
                log.info("events relayed", extra={"count": moved})
            else:
                stop.wait(self._pause)
