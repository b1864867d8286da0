"""The transactional outbox: an event is stored with the change it tells of, and relayed afterwards.

Pattern: https://microservices.io/patterns/data/transactional-outbox.html
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from chassis.errors import Problem
from chassis.events import Event, Publisher
from chassis.loop import backoff

log = logging.getLogger(__name__)

BATCH = 100


class OutboxStore(Protocol):
    """Events waiting to be published."""

    def drain(self, limit: int, publish: Callable[[Event], None]) -> int:
        """Publish up to `limit` waiting events, oldest first, and return how many went out.

        An event is removed only after `publish` returned for it, in a transaction that other
        relays skip over; when `publish` raises, what went out before stays removed and
        the error is passed on. An event may go out twice, never not at all.
        """
        ...


class Relay:
    """Moves events from the outbox to the publisher."""

    def __init__(self, store: OutboxStore, publisher: Publisher, pause: float = 0.2) -> None:
        self._store = store
        self._publisher = publisher
        self._pause = pause

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop` is set; an absent store or topic is waited for."""
        failures = 0
        while not stop.is_set():
            try:
                moved = self._store.drain(BATCH, self._publisher.publish)
                failures = 0
            except Problem as error:
                failures += 1
                log.warning("events wait", extra={"error": repr(error.__cause__ or error)})
                stop.wait(backoff(failures, longest=5.0))
                continue
            except Exception:
                failures += 1
                log.exception("events wait")
                stop.wait(backoff(failures, longest=5.0))
                continue
            if moved:
                log.info("events relayed", extra={"count": moved})
            else:
                stop.wait(self._pause)
