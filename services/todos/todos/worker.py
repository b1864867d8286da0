"""`python -m todos.worker`: erases deleted accounts, finishes deletions of lists that were cut short."""

from __future__ import annotations

from chassis.clock import Clock, utc_now
from chassis.messages.consumer import Consumer
from chassis.messages.jobs import Jobs, run_worker
from chassis.server.background import Periodic
from todos.config import WorkerSettings
from todos.domain.erasure import Erasure, Sweeper
from todos.domain.lists import Lists
from todos.events import AccountEvents
from todos.wiring import Stores, real, writer_of


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    erasure = Erasure(stores.todos, stores.cache, stores.idempotency, clock)
    sweeper = Sweeper(stores.todos, Lists(writer_of(settings, stores, clock)))
    return Jobs(
        consumers=[Consumer.of(settings, "users_events", AccountEvents(erasure).handle)],
        periodic=[Periodic("half-deleted lists", settings.sweep_seconds, sweeper.run)],
    )


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
