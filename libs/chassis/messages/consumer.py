"""One queue, and what is done with its messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.settings import ServiceSettings, service_of


@dataclass(frozen=True, slots=True)
class Consumer:
    """One queue and what is done with a message's body.

    `handle` returns when the message is dealt with and raises otherwise; what becomes of the
    message then is in `chassis.outcomes`. It may see a message twice. `visibility_timeout`
    is the queue's, in seconds; while `handle` runs it is renewed.
    """

    name: str
    queue_url: str
    dlq_url: str
    handle: Callable[[str], None]
    visibility_timeout: int = 60
    threads: int = 1

    @classmethod
    def of(
        cls, settings: ServiceSettings, queue: str, handle: Callable[[str], None], *, threads: int = 1
    ) -> Consumer:
        """Return the consumer of `queue`, whose address and timeout the settings have from the manifest.

        `users_events` names the variables USERS_EVENTS_QUEUE_URL, USERS_EVENTS_DLQ_URL and
        USERS_EVENTS_VISIBILITY_TIMEOUT. Raises AttributeError when the settings lack one.
        """
        return cls(
            name=f"{service_of(type(settings))}-{queue.replace('_', '-')}",
            queue_url=getattr(settings, f"{queue}_queue_url"),
            dlq_url=getattr(settings, f"{queue}_dlq_url"),
            visibility_timeout=getattr(settings, f"{queue}_visibility_timeout"),
            handle=handle,
            threads=threads,
        )
