"""`python -m todos.worker`: reminds, erases and exports accounts, finishes deletions of lists."""

from __future__ import annotations

from chassis.accounts import AccountEvents, AccountExports
from chassis.accounts.s3_parts import S3ExportParts
from chassis.clock import Clock, utc_now
from chassis.messages.consumer import Consumer
from chassis.messages.events import SnsPublisher
from chassis.messages.jobs import Jobs, run_worker
from chassis.messages.outbox import Relay
from chassis.process.background import Periodic
from chassis.stores.aws import Aws
from todos.config import WorkerSettings
from todos.domain.erasure import Sweeper
from todos.domain.events import TodoEvents
from todos.domain.export import TodoRecords
from todos.domain.lists import Lists
from todos.domain.reminders import Reminders
from todos.wiring import Stores, accounts_of, real, writer_of


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    parts_of_exports = S3ExportParts(aws.client("s3"), settings.exports_bucket, "todos")
    exports = AccountExports(parts_of_exports, TodoRecords(stores.todos), clock=clock)
    events = AccountEvents(accounts_of(stores, clock), stores.idempotency, exports)
    sweeper = Sweeper(stores.todos, Lists(writer_of(settings, stores, clock)))
    source = TodoEvents(settings.public_url("todos"), clock)
    reminders = Reminders(stores.todos, source, clock)
    return Jobs(
        consumers=[Consumer.of(settings, "users_events", events.handle)],
        periodic=[
            Periodic("half-deleted lists", settings.sweep_seconds, sweeper.run),
            Periodic("reminders", settings.reminder_seconds, reminders.run),
        ],
        relays={"relay": Relay(stores.outbox, SnsPublisher(aws.client("sns"), settings.events_topic_arn))},
    )


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
