"""`python -m media.worker`: looks at what was uploaded, erases accounts that were deleted, sweeps."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock, utc_now
from chassis.messages.consumer import Consumer
from chassis.messages.jobs import Jobs, run_worker
from chassis.server.background import Periodic
from media.config import WorkerSettings
from media.domain import scratch
from media.domain.erasure import Eraser
from media.domain.examination import Examiner, Limits, Renderer
from media.domain.intake import Intake
from media.domain.removal import Removal
from media.domain.sweeps import BucketWalk, DueSweep
from media.events import AccountEvents, BucketEvents
from media.imaging.sandbox import SandboxedRenderer, report
from media.wiring import Stores, real


@dataclass(frozen=True, slots=True)
class Work:
    """All that the worker does."""

    intake: Intake
    eraser: Eraser
    due: DueSweep
    walk: BucketWalk


def assemble(stores: Stores, renderer: Renderer, limits: Limits, clock: Clock = utc_now) -> Work:
    """Return the worker's parts over `stores`."""
    records, accounts, files = stores.records, stores.accounts, stores.files
    removal = Removal(records, files, stores.multipart, clock)
    intake = Intake(records, accounts, files, Examiner(files, renderer, limits), removal, clock)
    eraser = Eraser(records, accounts, files, stores.idempotency, removal, clock)
    due = DueSweep(records, accounts, files, intake, removal, eraser, clock)
    return Work(intake, eraser, due, BucketWalk(stores.scans, records, files, intake, clock))


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    scratch.clear()
    renderer = SandboxedRenderer()
    report(renderer)
    work = assemble(parts or real(settings), renderer, Limits(largest=settings.largest_object_bytes), clock)
    bucket_events = BucketEvents(settings.media_bucket, work.intake)
    return Jobs(
        consumers=[
            Consumer.of(settings, "uploads", bucket_events.handle, threads=2),
            Consumer.of(settings, "users_events", AccountEvents(work.eraser).handle),
        ],
        periodic=[
            Periodic("due-sweep", settings.due_sweep_seconds, work.due.run),
            Periodic("bucket-walk", settings.bucket_walk_seconds, work.walk.run),
        ],
        close=renderer.close,
    )


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
