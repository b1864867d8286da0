"""`python -m blog.worker`: publishes what is due, erases accounts, relays events, reads the stream."""

from __future__ import annotations

import time
from functools import partial

from blog.config import WorkerSettings
from blog.domain.erasure import BlogAccounts
from blog.domain.upkeep import Upkeep
from blog.store.stream import consequences_of
from blog.wiring import Stores, posts_of, real, responses_of
from chassis.accounts import AccountEvents
from chassis.clock import Clock, utc_now
from chassis.ids import new_id
from chassis.messages.consumer import Consumer
from chassis.messages.events import SnsPublisher
from chassis.messages.jobs import Jobs, run_worker
from chassis.messages.outbox import Relay
from chassis.process.background import Periodic
from chassis.stores.aws import Aws
from chassis.stores.checkpoints import Checkpoints
from chassis.stores.streams import StreamReader

_AT_ONCE = 100


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    posts = posts_of(settings, stores, clock)
    responses = responses_of(settings, stores, clock)
    events = AccountEvents(BlogAccounts(stores.posts, posts, responses), stores.idempotency)
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    relay = Relay(stores.outbox, SnsPublisher(aws.client("sns"), settings.events_topic_arn))
    reader = _reader(aws, settings.blog_table, Upkeep(stores.pages, responses))
    return Jobs(
        consumers=[Consumer.of(settings, "users_events", events.handle)],
        periodic=[Periodic("publishing", settings.publish_seconds, partial(posts.publish_due, _AT_ONCE))],
        relays={"relay": relay},
        streams={"upkeep": reader},
    )


def _reader(aws: Aws, table: str, upkeep: Upkeep) -> StreamReader:
    """Return what reads the table's stream; of several workers each reads some of its shards."""
    client = aws.client("dynamodb")
    return StreamReader(
        client,
        aws.client("dynamodbstreams"),
        table,
        Checkpoints(client, table, "upkeep", str(new_id())),
        lambda change: upkeep.carry_out(consequences_of(change)),
        clock=time.monotonic,
    )


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
