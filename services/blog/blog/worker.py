"""`python -m blog.worker`: publishes what is due, erases deleted accounts, publishes the service's events."""

from __future__ import annotations

from functools import partial

from blog.config import WorkerSettings
from blog.domain.erasure import BlogAccounts
from blog.wiring import Stores, posts_of, real
from chassis.accounts import AccountEvents
from chassis.clock import Clock, utc_now
from chassis.messages.consumer import Consumer
from chassis.messages.events import SnsPublisher
from chassis.messages.jobs import Jobs, run_worker
from chassis.messages.outbox import Relay
from chassis.server.background import Periodic
from chassis.stores.aws import Aws

_AT_ONCE = 100


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    posts = posts_of(settings, stores, clock)
    events = AccountEvents(BlogAccounts(stores.posts, posts), stores.idempotency)
    topic = Aws(settings.aws_region, settings.aws_endpoint_url).client("sns")
    relay = Relay(stores.outbox, SnsPublisher(topic, settings.events_topic_arn))
    return Jobs(
        consumers=[Consumer.of(settings, "users_events", events.handle)],
        periodic=[Periodic("publishing", settings.publish_seconds, partial(posts.publish_due, _AT_ONCE))],
        continuous={"relay": relay.run},
    )


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
