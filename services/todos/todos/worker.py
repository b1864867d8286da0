"""`python -m todos.worker`: erases deleted accounts, finishes deletions of lists that were cut short."""

from __future__ import annotations

from chassis.accounts import AccountEvents
from chassis.clock import Clock, utc_now
from chassis.messages.consumer import Consumer
from chassis.messages.jobs import Jobs, run_worker
from chassis.process.background import Periodic
from todos.config import WorkerSettings
from todos.domain.erasure import Sweeper
from todos.domain.lists import Lists
from todos.wiring import Stores, accounts_of, real, writer_of


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    events = AccountEvents(accounts_of(stores, clock), stores.idempotency)
    sweeper = Sweeper(stores.todos, Lists(writer_of(settings, stores, clock)))
    return Jobs(
        consumers=[Consumer.of(settings, "users_events", events.handle)],
        periodic=[Periodic("half-deleted lists", settings.sweep_seconds, sweeper.run)],
    )


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
