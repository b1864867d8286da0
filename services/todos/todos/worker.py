"""The worker: erases accounts that were deleted, and finishes deletions of lists that were cut short."""

from __future__ import annotations

from chassis.ids import new_id
from chassis.messages.worker import Consumer, Worker
from chassis.server.background import Periodic
from chassis.settings import load_settings
from chassis.stores.aws import Aws
from chassis.telemetry import logs
from todos.config import WorkerSettings
from todos.domain.erasure import Erasure, Sweeper
from todos.domain.lists import Lists
from todos.events import AccountEvents
from todos.wiring import Parts, real_parts

_LONG_POLL_TIMEOUT = 20.0


def consumer(settings: WorkerSettings, parts: Parts) -> Consumer:
    """Return the consumer of the events of users."""
    events = AccountEvents(Erasure(parts.store, parts.cache, parts.idempotency, parts.clock))
    return Consumer(
        "todos-users-events",
        settings.users_events_queue_url,
        settings.users_events_dlq_url,
        events.handle,
        visibility_timeout=30,
    )


def sweeping(settings: WorkerSettings, parts: Parts) -> Periodic:
    """Return the periodic work."""
    sweeper = Sweeper(parts.store, Lists(parts.writer, new_id))
    return Periodic("half-deleted lists", settings.sweep_seconds, sweeper.run)


def main() -> None:
    """Work until told to stop."""
    settings = load_settings(WorkerSettings)
    logs.configure("todos", settings.log_level)
    parts = real_parts(settings)
    queues = Aws(settings.aws_region, settings.aws_endpoint_url)
    client = queues.client("sqs", read_timeout=_LONG_POLL_TIMEOUT)
    Worker(client, [consumer(settings, parts)], [sweeping(settings, parts)]).run()


if __name__ == "__main__":
    main()
