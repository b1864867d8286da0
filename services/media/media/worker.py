"""The wiring of the worker: `python -m media.worker`."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock, utc_now
from chassis.messages.worker import Consumer, Worker
from chassis.server.background import Periodic
from chassis.settings import load_settings
from chassis.stores.aws import Aws
from chassis.telemetry import logs
from media import wiring as real_stores
from media.config import WorkerSettings
from media.domain import scratch
from media.domain.erasure import Eraser
from media.domain.examination import Examiner, Limits, Renderer
from media.domain.intake import Intake
from media.domain.removal import Removal
from media.domain.sweeps import BucketWalk, DueSweep
from media.events import AccountEvents, BucketEvents
from media.imaging.sandbox import SandboxedRenderer
from media.wiring import Stores


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


def consumers(settings: WorkerSettings, work: Work) -> list[Consumer]:
    """Return the queues and who handles their messages."""
    return [
        Consumer(
            name="media-uploads",
            queue_url=settings.uploads_queue_url,
            dlq_url=settings.uploads_dlq_url,
            handle=BucketEvents(settings.media_bucket, work.intake).handle,
            visibility_timeout=30,
            threads=2,
        ),
        Consumer(
            name="media-users-events",
            queue_url=settings.users_events_queue_url,
            dlq_url=settings.users_events_dlq_url,
            handle=AccountEvents(work.eraser).handle,
            visibility_timeout=30,
        ),
    ]


def main() -> None:
    """Work until told to stop."""
    settings = load_settings(WorkerSettings)
    logs.configure("media", settings.log_level)
    scratch.clear()
    renderer = SandboxedRenderer()
    work = assemble(real_stores.real(settings), renderer, Limits(largest=settings.largest_object_bytes))
    periodic = [
        Periodic("due-sweep", settings.due_sweep_seconds, work.due.run),
        Periodic("bucket-walk", settings.bucket_walk_seconds, work.walk.run),
    ]
    sqs = Aws(settings.aws_region, settings.aws_endpoint_url).client("sqs", read_timeout=20.0)
    try:
        Worker(sqs, consumers(settings, work), periodic).run()
    finally:
        renderer.close()


if __name__ == "__main__":
    main()
