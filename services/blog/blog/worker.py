"""`python -m blog.worker`: publishes, erases and exports accounts, relays events, reads the stream, mails."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from functools import partial

from blog.config import WorkerSettings
from blog.domain.consequences import due_in_every_region
from blog.domain.cover_events import CoverEvents
from blog.domain.erasure import BlogAccounts
from blog.domain.export import BlogRecords
from blog.domain.upkeep import Upkeep
from blog.store.stream import consequences_of, mails_of
from blog.subscriber_mails import KEYS, SubscriberMails
from blog.wiring import Stores, posts_of, real, responses_of, subscriptions_of
from chassis.accounts import AccountEvents, AccountExports
from chassis.accounts.s3_parts import S3ExportParts
from chassis.clock import Clock, utc_now
from chassis.ids import new_id
from chassis.messages.consumer import Consumer
from chassis.messages.events import SnsPublisher
from chassis.messages.jobs import Jobs, run_worker
from chassis.messages.mail import SesMailer
from chassis.messages.mail_log import DynamoMailLog, OnceMailer
from chassis.messages.mail_suppression import MailEvents, SuppressingMailer
from chassis.messages.outbox import Relay
from chassis.process.background import Periodic
from chassis.stores.aws import Aws
from chassis.stores.checkpoints import Checkpoints
from chassis.stores.streams import Handle, ItemChange, StreamReader

log = logging.getLogger(__name__)

_AT_ONCE = 100


def build(settings: WorkerSettings, *, parts: Stores | None = None, clock: Clock = utc_now) -> Jobs:
    """Return what the worker does, over `parts` or over the stores that the settings name."""
    stores = parts or real(settings)
    posts = posts_of(settings, stores, clock)
    responses = responses_of(settings, stores, clock)
    subscriptions = subscriptions_of(settings, stores, clock)
    accounts = BlogAccounts(stores.posts, posts, responses)
    aws = Aws(settings.aws_region, settings.aws_endpoint_url)
    records = BlogRecords(stores.posts, stores.responses, stores.subscribers, clock)
    exports = AccountExports(
        S3ExportParts(aws.client("s3"), settings.exports_bucket, "blog"), records, clock=clock
    )
    events = AccountEvents(accounts, stores.idempotency, exports, subscriptions.erase)
    mail_events = MailEvents(_mail_log(aws, settings), stores.suppressions, KEYS, subscriptions.forget, clock)
    upkeep = Upkeep(stores.pages, responses)
    consumers = [
        Consumer.of(settings, "users_events", events.handle),
        Consumer.of(settings, "mail_events", mail_events.handle),
        Consumer.of(settings, "media_events", CoverEvents(posts).handle),
    ]
    if not settings.owns_the_table():
        shown = partial(_show_anew, upkeep)
        return Jobs(consumers, streams={"upkeep": _reader(aws, settings, "upkeep", shown)})
    relay = Relay(stores.outbox, SnsPublisher(aws.client("sns"), settings.events_topic_arn))
    return Jobs(
        consumers,
        periodic=[Periodic("publishing", settings.publish_seconds, partial(posts.publish_due, _AT_ONCE))],
        relays={"relay": relay},
        streams={
            "upkeep": _reader(aws, settings, "upkeep", partial(_carry_out, upkeep)),
            **_mails(settings, aws, stores, clock),
        },
    )


def _carry_out(upkeep: Upkeep, change: ItemChange) -> None:
    upkeep.carry_out(consequences_of(change))


def _show_anew(upkeep: Upkeep, change: ItemChange) -> None:
    upkeep.carry_out(due_in_every_region(consequences_of(change)))


def _mails(settings: WorkerSettings, aws: Aws, stores: Stores, clock: Clock) -> dict[str, StreamReader]:
    """Return what mails subscribers, by a reader of its own: mail that is away holds up no upkeep."""
    if settings.mail_configuration_set is None:
        log.warning("no mail is sent: MAIL_CONFIGURATION_SET is not set, so nobody can subscribe")
        return {}
    sender = settings.mail_sender or f"Slipway <no-reply@{settings.public_domain}>"
    ses = SesMailer(aws.client("sesv2", attempts=1), sender, settings.mail_configuration_set)
    mailer = OnceMailer(
        SuppressingMailer(ses, stores.suppressions),
        _mail_log(aws, settings),
        clock,
        timedelta(seconds=settings.mail_settle_seconds),
    )
    mails = SubscriberMails(
        stores.subscribers,
        stores.posts,
        mailer,
        settings.public_url("blog"),
        clock,
        settings.mails_at_once,
    )
    return {"mails": _reader(aws, settings, "mails", lambda change: mails.send(mails_of(change)))}


def _mail_log(aws: Aws, settings: WorkerSettings) -> DynamoMailLog:
    return DynamoMailLog(aws.client("dynamodb"), settings.blog_table)


def _reader(aws: Aws, settings: WorkerSettings, name: str, handle: Handle) -> StreamReader:
    """Return what reads the table's stream; of several workers each reads some of its shards.

    A global table has a stream in each region, and one set of checkpoints: their names say whose they are.
    """
    client, table = aws.client("dynamodb"), settings.blog_table
    own = name if settings.owns_the_table() else f"{name}@{settings.aws_region}"
    checkpoints = Checkpoints(client, table, own, str(new_id()))
    return StreamReader(
        client, aws.client("dynamodbstreams"), table, checkpoints, handle, clock=time.monotonic
    )


if __name__ == "__main__":
    run_worker(WorkerSettings, build)
