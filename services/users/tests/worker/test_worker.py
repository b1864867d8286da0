"""The worker: relay, key rotation, housekeeping."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator
from services.users.tests.factories import NOW, account, session, settings, worker_settings

from chassis.accounts import ACCOUNT_DELETED, EXPORT_REQUESTED
from chassis.idempotency import Key
from chassis.ids import new_id
from chassis.messages.events import Event, SnsPublisher, parse
from chassis.messages.jobs import run_worker
from chassis.messages.mail_log import Claim
from chassis.messages.outbox import Relay
from chassis.messages.worker import Worker
from chassis.process.background import Periodic
from chassis.testing import FakeClock, FakePublisher
from users.config import WorkerSettings
from users.domain import events
from users.domain.housekeeping import Housekeeping
from users.wiring import Stores, keyring_of, lifetimes_of
from users.worker import build

SCHEMAS = Path(__file__).parents[2] / "events"


def keep_events(stores: Stores, clock: FakeClock) -> str:
    """Make an account and erase it; return its id."""
    one = account()
    stores.accounts.create(one, events.account_created(one, "https://users.example.test", clock))
    stores.accounts.erase(one.id, events.account_deleted(one, "https://users.example.test", clock))
    return str(one.id)


def run_until(condition: Any, stop: threading.Event) -> None:
    """Set `stop` once `condition` holds, after a minute at the latest."""
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()


def test_what_is_published_is_as_its_schema_says(stores: Stores, clock: FakeClock) -> None:
    publisher = FakePublisher()
    keep_events(stores, clock)
    stores.outbox.drain(10, publisher.publish)
    assert len(publisher.published) == 2
    for event in publisher.published:
        schema = json.loads((SCHEMAS / f"{event.type}.schema.json").read_text())
        checked = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        checked.validate(json.loads(event.model_dump_json(exclude_none=True)))


def test_every_event_has_a_schema_and_every_schema_an_event() -> None:
    described = {path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.json")}
    assert described == {events.ACCOUNT_CREATED, ACCOUNT_DELETED, EXPORT_REQUESTED}


def test_the_worker_relays_and_does_its_rounds_until_it_is_told_to_stop(
    postgres_stores: Stores, clock: FakeClock
) -> None:
    publisher, stop, rounds = FakePublisher(), threading.Event(), list[int]()
    account_id = keep_events(postgres_stores, clock)
    waiting = threading.Thread(
        target=run_until, args=(lambda: len(publisher.published) == 2 and rounds, stop)
    )
    waiting.start()
    periodic = [Periodic("round", 60, lambda: rounds.append(1))]
    relay = Relay(postgres_stores.outbox, publisher)
    Worker(cast("Any", None), [], periodic, {"relay": relay.run}).run(stop)
    waiting.join()
    assert [event.subject for event in publisher.published] == [account_id] * 2
    assert rounds == [1]


def test_events_wait_while_the_topic_is_away(stores: Stores, clock: FakeClock) -> None:
    publisher, stop = FakePublisher(), threading.Event()
    publisher.away = True
    keep_events(stores, clock)
    relay = threading.Thread(target=Relay(stores.outbox, publisher, 0.01).run, args=(stop,))
    relay.start()
    time.sleep(0.1)
    assert publisher.published == []
    publisher.away = False
    run_until(lambda: len(publisher.published) == 2, stop)
    relay.join()
    assert [event.type for event in publisher.published] == [events.ACCOUNT_CREATED, ACCOUNT_DELETED]


def test_housekeeping_forgets_what_is_over_and_nothing_else(
    postgres_stores: Stores, clock: FakeClock
) -> None:
    one = account()
    postgres_stores.accounts.create(one, events.account_created(one, "https://u", clock))
    over, alive = session(one.id, expires_at=NOW + timedelta(hours=1)), session(one.id)
    for number, kept in enumerate([over, alive]):
        postgres_stores.sessions.begin(kept, bytes([number]), 1, 100)
    postgres_stores.failures.add(b"key", NOW, NOW)
    postgres_stores.idempotency.begin(Key(None, "0" * 64), "f", new_id(), 30)
    postgres_stores.mail_log.sent("reminder", NOW - timedelta(days=29, hours=12))
    clock.advance(2 * 3600)
    housekeeping = Housekeeping(
        postgres_stores.sessions,
        postgres_stores.failures,
        postgres_stores.proofs,
        postgres_stores.purge_idempotency,
        postgres_stores.purge_mail_log,
        lifetimes_of(settings()),
        clock,
    )
    housekeeping.run()
    assert postgres_stores.failures.get(b"key") is None
    assert [kept.id for kept in postgres_stores.sessions.page(one.id, NOW, 50, None).items] == [alive.id]
    clock.advance(23 * 3600)
    housekeeping.run()
    assert postgres_stores.sessions.page(one.id, NOW, 50, None).items == []
    assert postgres_stores.mail_log.claim("reminder", NOW, timedelta()) is Claim.OURS
    assert postgres_stores.purge_idempotency(clock()) == 0


def test_the_rounds_replace_an_old_key(stores: Stores, clock: FakeClock) -> None:
    keyring = keyring_of(settings(), stores, clock)
    first = keyring.signer().key_id
    clock.advance(30 * 86_400)
    for periodic in build(worker_settings(), parts=stores, clock=clock).periodic:
        periodic.run()
    assert keyring.signer().key_id != first


def test_the_command_works_until_it_is_told_to_stop(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    monkeypatch.setattr("chassis.messages.jobs.load_settings", lambda _kind: worker_settings())
    monkeypatch.setattr("chassis.messages.worker.stop_on_signals", lambda: stop)
    waiting = threading.Thread(target=run_until, args=(stores.signing_keys.all, stop))
    waiting.start()
    run_worker(WorkerSettings, partial(build, parts=stores))
    waiting.join()
    assert len(stores.signing_keys.all()) == 2


def test_events_arrive_in_the_queues_that_subscribe_to_them(
    aws: Any, stores: Stores, clock: FakeClock
) -> None:
    topic = aws.environment("users")["EVENTS_TOPIC_ARN"]
    account_id = keep_events(stores, clock)
    publisher = SnsPublisher(aws.service_client("users", "sns"), topic)
    assert stores.outbox.drain(10, publisher.publish) == 2
    sqs = aws.client("sqs")
    url = aws.environment("media")["USERS_EVENTS_QUEUE_URL"]
    received: list[Event] = []
    # The queue is every test's: what others published may come first.
    while account_id not in {event.subject for event in received}:
        answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        received += [parse(message["Body"]) for message in answer.get("Messages", [])]
    ours = [event.type for event in received if event.subject == account_id]
    assert ours == [ACCOUNT_DELETED]
