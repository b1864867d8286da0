"""The worker, over real queues and a real topic."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from services.blog.tests.factories import (
    FakeCovers,
    FakePages,
    FakeProfiles,
    new_comment,
    new_draft,
    new_subscriber,
    published,
)
from services.blog.tests.factories import settings as blog_settings

from blog.config import WorkerSettings
from blog.domain.events import PostEvents
from blog.domain.post import Author, Draft
from blog.domain.responses import Responses
from blog.domain.subscriber import WAIT
from blog.store.dynamodb import DynamoPostStore
from blog.store.responses import DynamoResponseStore
from blog.store.subscribers import DynamoSubscriberStore
from blog.wiring import Stores, posts_of
from blog.worker import build
from chassis.clock import utc_now
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.ids import new_id
from chassis.messages.consumer import Consumer
from chassis.messages.dynamodb_outbox import DynamoOutbox
from chassis.messages.events import new_event
from chassis.messages.jobs import Jobs
from chassis.messages.mail_suppression import DynamoSuppressions
from chassis.messages.worker import Worker
from chassis.testing import ISSUER, topics


def deleted(account: str) -> str:
    return new_event("users.account.deleted.v1", "users", account, {"account_id": account}).model_dump_json()


@pytest.fixture
def stores(table: tuple[Any, str]) -> Stores:
    return Stores(
        posts=DynamoPostStore(*table),
        responses=DynamoResponseStore(*table),
        subscribers=DynamoSubscriberStore(*table),
        suppressions=DynamoSuppressions(*table),
        idempotency=DynamoIdempotency(*table),
        outbox=DynamoOutbox(*table),
        profiles=FakeProfiles(),
        covers=FakeCovers(),
        pages=FakePages(),
    )


@pytest.fixture
def told_settings(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., WorkerSettings]:
    """Return what makes the worker's settings."""
    told = aws.environment("blog")
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    given = {
        name.lower(): value for name, value in told.items() if name.lower() in WorkerSettings.model_fields
    }
    return partial(WorkerSettings, auth_issuer=ISSUER, auth_jwks_url="http://127.0.0.1:9", **given)


@pytest.fixture
def jobs(stores: Stores, told_settings: Callable[..., WorkerSettings]) -> Jobs:
    return build(told_settings(), parts=stores)


def test_a_region_that_does_not_own_the_table_only_shows_and_hears(
    stores: Stores, told_settings: Callable[..., WorkerSettings]
) -> None:
    elsewhere = build(told_settings(owner_region="eu-west-1"), parts=stores)
    assert (set(elsewhere.streams), list(elsewhere.periodic), dict(elsewhere.relays)) == ({"upkeep"}, [], {})
    assert len(elsewhere.consumers) == 3
    assert set(build(told_settings(owner_region="us-east-1"), parts=stores).streams) == {"upkeep", "mails"}


@pytest.fixture
def consumer(jobs: Jobs) -> Consumer:
    return jobs.consumers[0]


def keep(stores: Stores, owner: str) -> Draft:
    draft = stores.posts.create(new_draft(owner), 10)
    after, post = published(draft)
    event = PostEvents("https://blog", lambda: draft.created_at).published(post)
    stores.posts.publish(draft, after, post, event)
    return after


def test_an_account_that_was_deleted_is_erased_and_others_are_not(
    aws: Any, consumer: Consumer, stores: Stores, owner: str
) -> None:
    one, theirs = keep(stores, owner), keep(stores, str(new_id()))
    aws.service_client("users", "sns").publish(
        TopicArn=aws.environment("users")["EVENTS_TOPIC_ARN"],
        Message=deleted(owner),
        MessageAttributes={"type": {"DataType": "String", "StringValue": "users.account.deleted.v1"}},
    )
    worker = Worker(aws.service_client("blog", "sqs"), [consumer])
    while stores.posts.published(one.slug) is not None:  # what others published may come first
        worker.handle_next(consumer, wait=1)
    assert stores.posts.draft(theirs.slug) == theirs


@pytest.fixture
def hearing(aws: Any) -> Any:
    """Return what receives the events of the service's topic from now on."""
    topic = aws.environment("blog")["EVENTS_TOPIC_ARN"]
    return topics.hearing(aws.client("sns"), aws.client("sqs"), topic)


def test_every_change_is_published(jobs: Jobs, stores: Stores, owner: str, hearing: Any) -> None:
    one = keep(stores, owner)
    stop, heard = threading.Event(), set[str]()
    relay = threading.Thread(target=jobs.continuous["relay"], args=(stop,))
    relay.start()
    while str(one.id) not in heard:
        heard |= {event["subject"] for event in hearing()}
    stop.set()
    relay.join()


def test_the_tables_stream_tells_the_edge_of_changes_that_nobody_else_told_it_of(
    jobs: Jobs, stores: Stores, owner: str
) -> None:
    pages, one = stores.pages, keep(stores, owner)
    assert isinstance(pages, FakePages)
    stop = threading.Event()
    reader = threading.Thread(target=jobs.continuous["upkeep"], args=(stop,))
    reader.start()
    while one.slug not in pages.told:
        time.sleep(0.05)
    told = len([slug for slug in pages.told if slug == one.slug])
    stores.responses.like(owner, one.slug, one.id)
    while len([slug for slug in pages.told if slug == one.slug]) == told:
        time.sleep(0.05)
    stop.set()
    reader.join()


def test_the_stream_tells_of_each_change_by_the_name_that_the_edge_was_told_of_it(
    jobs: Jobs, stores: Stores, owner: str
) -> None:
    pages, one = stores.pages, keep(stores, owner)
    assert isinstance(pages, FakePages)
    responses = Responses(stores.responses, pages, utc_now, 10)
    posts = posts_of(blog_settings(), stores, utc_now)
    responses.like(owner, one.slug)
    written = responses.comment(Author(owner, "Ann"), one.slug, new_id(), "x", None)
    responses.delete(owner, written.id, any_authors=False)
    responses.unlike(owner, one.slug)
    posts.withdraw(one.slug, lambda _: None)
    posts.publish(one.slug, lambda _: None)
    posts.delete(one.slug, lambda _: None)
    told = list(zip(pages.told, pages.changes, strict=True))
    assert len(set(told)) == 7
    stop = threading.Event()
    reader = threading.Thread(target=jobs.continuous["upkeep"], args=(stop,))
    reader.start()
    while (one.slug, str(one.id)) not in list(zip(pages.told, pages.changes, strict=True))[7:]:
        time.sleep(0.05)
    stop.set()
    reader.join()
    again = list(zip(pages.told, pages.changes, strict=True))[7:]
    mine = [found for found in again if found[0] == one.slug]
    assert mine[1:] == told  # the first was published by `keep`, which told nobody


def test_the_comments_of_a_post_that_is_deleted_go_with_it(jobs: Jobs, stores: Stores, owner: str) -> None:
    one = keep(stores, owner)
    comment = stores.responses.write(new_comment(one, owner), 10)
    stores.posts.delete(one, None)
    stop = threading.Event()
    reader = threading.Thread(target=jobs.continuous["upkeep"], args=(stop,))
    reader.start()
    while stores.responses.comment(comment.id) is not None:
        time.sleep(0.05)
    assert list(stores.responses.commented(owner)) == []
    stop.set()
    reader.join()


def test_a_new_subscriber_is_mailed(jobs: Jobs, stores: Stores, table: tuple[Any, str]) -> None:
    new = new_subscriber()
    stores.subscribers.add(new, utc_now(), utc_now() + WAIT)
    client, name = table
    mail = {"pk": {"S": f"MAIL#blog-welcome-{new.id}-{new.id}"}, "sk": {"S": "MAIL"}}
    stop = threading.Event()
    reader = threading.Thread(target=jobs.continuous["mails"], args=(stop,))
    reader.start()
    while "sent_at" not in client.get_item(TableName=name, Key=mail).get("Item", {}):
        time.sleep(0.05)
    stop.set()
    reader.join()


def test_an_address_that_mail_comes_back_from_is_forgotten_and_not_subscribed_again(
    aws: Any, jobs: Jobs, stores: Stores
) -> None:
    found = new_subscriber(email="bounce@simulator.amazonses.com")
    stores.subscribers.add(found, utc_now(), utc_now() + WAIT)
    hearing = jobs.consumers[1]
    worker, stop = Worker(aws.service_client("blog", "sqs"), [hearing]), threading.Event()
    reader = threading.Thread(target=jobs.continuous["mails"], args=(stop,))
    reader.start()
    while stores.subscribers.subscriber(found.key, utc_now()) is not None:
        worker.handle_next(hearing, wait=1)
    stop.set()
    reader.join()
    assert stores.suppressions.has(found.email)
