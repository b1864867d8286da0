"""`python -m media.worker`: looks at uploads, erases and exports accounts, sweeps, relays events."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from chassis.accounts import AccountEvents, AccountExports
from chassis.accounts.export import ExportParts
from chassis.accounts.s3_parts import S3ExportParts
from chassis.clock import Clock, utc_now
from chassis.messages.consumer import Consumer
from chassis.messages.events import SnsPublisher
from chassis.messages.jobs import Jobs, run_worker
from chassis.messages.outbox import Relay
from chassis.process.background import Periodic
from chassis.stores.aws import Aws
from media.config import WorkerSettings
from media.domain import scratch
from media.domain.arrivals import Arrivals
from media.domain.collection_removal import CollectionSweep
from media.domain.erasure import Eraser
from media.domain.examination import Examiner, FileLimits
from media.domain.export import MediaRecords
from media.domain.intake import Intake
from media.domain.malware import MalwareCheck
from media.domain.objects import Lane
from media.domain.removal import Removal
from media.domain.rendering import Renderer
from media.domain.staging import OpenUploadSweep, StagedSweep
from media.domain.sweeps import BucketWalk, DueSweep, ErasureSweep
from media.domain.turns import WorkSlots
from media.events import BucketEvents
from media.imaging.pool import RendererPool
from media.imaging.sandbox import SandboxedRenderer, report
from media.wiring import Stores, collection_removal, public_copies, real

_DRAINING = 3
"""How many threads are left to read messages when all places are taken: a crowd's are to be got over with."""

_STEP_BACK = 19
"""How far the slow lane stands back behind everything else on the machine, as `nice` counts."""


@dataclass(frozen=True, slots=True)
class Renderers:
    """What decodes pictures in each lane."""

    quick: Renderer
    slow: Renderer


@dataclass(frozen=True, slots=True)
class Work:
    """All that the worker does."""

    intake: Intake
    arrivals: Arrivals
    eraser: Eraser
    due: DueSweep
    slow: DueSweep
    erasures: ErasureSweep
    walk: BucketWalk
    collections: CollectionSweep


def assemble(
    stores: Stores,
    renderers: Renderers,
    limits: FileLimits,
    turns: WorkSlots,
    clock: Clock = utc_now,
    malware: MalwareCheck | None = None,
) -> Work:
    """Return the worker's parts over `stores`; `turns` are those of the quick lane."""
    records, accounts, files = stores.records, stores.accounts, stores.files
    emptying = collection_removal(stores, clock)
    public = public_copies(stores)
    removal = Removal(records, files, stores.multipart, emptying, public, clock)
    examiner = Examiner(files, renderers.quick, limits, malware)
    intake = Intake(records, accounts, files, examiner, removal, public, clock)
    slow_examiner = Examiner(files, renderers.slow, limits, malware)
    patient = Intake(records, accounts, files, slow_examiner, removal, public, clock, Lane.SLOW)
    eraser = Eraser(records, accounts, files, removal, emptying, public, clock)
    return Work(
        intake,
        Arrivals(records, intake, turns, clock),
        eraser,
        DueSweep(records, files, intake, removal, turns, clock),
        DueSweep(records, files, patient, removal, WorkSlots(1, 1), clock, Lane.SLOW),
        ErasureSweep(accounts, eraser, clock),
        BucketWalk(stores.scans, records, files, intake, clock),
        CollectionSweep(stores.collections, emptying, clock),
    )


def exports_of(stores: Stores, parts: ExportParts, clock: Clock) -> AccountExports:
    """Return what hands over the files of accounts, and what is known of them."""
    records = MediaRecords(
        stores.records, stores.collections, stores.collection_items, stores.grants, stores.files
    )
    return AccountExports(parts, records, records.files, clock)


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    scratch.clear()
    slow = SandboxedRenderer(settings.slow_limits(), niceness=_STEP_BACK)
    quick = RendererPool(
        [SandboxedRenderer(settings.quick_limits()) for _ in range(settings.pictures_at_once)]
    )
    threading.Thread(target=report, args=(quick.renderers[0],), daemon=True).start()
    turns = WorkSlots(settings.pictures_at_once, settings.pictures_of_one_owner)
    limits = FileLimits(largest=settings.largest_object_bytes)
    stores = parts or real(settings)
    work = assemble(stores, Renderers(quick, slow), limits, turns, clock, settings.malware_check())
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    exports = exports_of(stores, S3ExportParts(aws.client("s3"), settings.exports_bucket, "media"), clock)
    account_events = AccountEvents(work.eraser, stores.idempotency, exports)
    bucket_events = BucketEvents(settings.media_bucket, work.arrivals)
    threads = settings.pictures_at_once + _DRAINING
    return Jobs(
        consumers=[
            Consumer.of(settings, "uploads", bucket_events.handle, threads=threads),
            Consumer.of(settings, "users_events", account_events.handle),
        ],
        periodic=[
            Periodic("due-sweep", settings.due_sweep_seconds, work.due.run),
            Periodic("slow-lane", settings.due_sweep_seconds, work.slow.run),
            Periodic("erasures", settings.due_sweep_seconds, work.erasures.run),
            Periodic("collections", settings.due_sweep_seconds, work.collections.run),
            Periodic("bucket-walk", settings.bucket_walk_seconds, work.walk.run),
            Periodic("staged-files", settings.staged_sweep_seconds, StagedSweep(stores.files, clock).run),
            Periodic(
                "open-uploads", settings.staged_sweep_seconds, OpenUploadSweep(stores.multipart, clock).run
            ),
        ],
        relays={"relay": Relay(stores.outbox, SnsPublisher(aws.client("sns"), settings.events_topic_arn))},
        close=RendererPool([*quick.renderers, slow]).close,
    )


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
