"""The worker reminds of what is due, over a real table and a real topic."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from services.todos.tests.factories import ISSUER, Api, NoCache, assemble, settings
from services.todos.tests.store.test_reminders import SCHEMA

from chassis.clock import utc_now
from chassis.idempotency.memory import MemoryIdempotency
from chassis.messages.dynamodb_outbox import DynamoOutbox
from chassis.messages.jobs import Jobs
from chassis.process.background import Periodic, repeat
from chassis.schemas import format_time
from chassis.testing import Issuer, topics
from todos.app import create_app
from todos.config import WorkerSettings
from todos.domain.account_state import AccountLimits
from todos.store.dynamodb import DynamoStore
from todos.wiring import Stores
from todos.worker import build


@pytest.fixture
def stores(aws: Any, dynamo_store: DynamoStore) -> Stores:
    outbox = DynamoOutbox(aws.service_client("todos", "dynamodb"), aws.environment("todos")["TODOS_TABLE"])
    return assemble(dynamo_store, NoCache(), MemoryIdempotency(), AccountLimits(), outbox=outbox).stores


@pytest.fixture
def make_worker(aws: Any, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Jobs]:
    """Each call is like another worker process."""
    told = aws.environment("todos")
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    given = {name.lower(): value for name, value in told.items()}
    known = {name: value for name, value in given.items() if name in WorkerSettings.model_fields}
    made = WorkerSettings(
        auth_issuer=ISSUER,
        auth_jwks_url="http://127.0.0.1:1",
        redis_url="redis://127.0.0.1:1/0",
        reminder_seconds=1,
        **known,
    )
    return lambda: build(made, parts=stores)


@pytest.fixture
def api(stores: Stores, issuer: Issuer) -> Api:
    app = create_app(settings(), parts=stores, verifier=issuer.verifier())
    return Api(app.test_client(), issuer)


@pytest.fixture
def hear(aws: Any) -> Callable[[], list[Any]]:
    """Return what receives the events of the service's topic from now on."""
    topic = aws.environment("todos")["EVENTS_TOPIC_ARN"]
    return topics.hearing(aws.client("sns"), aws.client("sqs"), topic)


def reminding(jobs: Jobs) -> Periodic:
    [found] = [work for work in jobs.periodic if work.name == "reminders"]
    return found


def test_two_workers_publish_one_event_of_what_has_become_due(
    make_worker: Callable[[], Jobs], api: Api, hear: Callable[[], list[Any]]
) -> None:
    soon = format_time(utc_now() + timedelta(seconds=2))
    todo, done = (api.add(title, due_at=soon) for title in ("water the plants", "done before its time"))
    api.call("PATCH", f"/v1/todos/{done['id']}", {"done": True})
    workers, stop = [make_worker(), make_worker()], threading.Event()
    threads = [
        threading.Thread(target=work, args=(stop,))
        for jobs in workers
        for work in (lambda stop, jobs=jobs: repeat(reminding(jobs), stop), jobs.continuous["relay"])
    ]
    for thread in threads:
        thread.start()
    heard: dict[str, Any] = {}  # by id: a relay may send an event again

    def listen() -> None:
        found = [event for event in hear() if event["data"].get("account_id") == api.subject]
        heard.update({event["id"]: event for event in found})

    while not heard:
        listen()
    listen()
    listen()
    stop.set()
    for thread in threads:
        thread.join()
    [event] = heard.values()
    jsonschema.validate(event, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert event["data"] == {
        "account_id": api.subject,
        "id": todo["id"],
        "list_id": todo["list_id"],
        "title": "water the plants",
        "due_at": soon,
    }


def test_what_became_due_while_no_worker_was_there_has_its_event_then(
    make_worker: Callable[[], Jobs], stores: Stores, api: Api
) -> None:
    due_at = utc_now() + timedelta(seconds=0.2)
    todo = api.add(due_at=format_time(due_at))
    while utc_now() < due_at:
        threading.Event().wait(0.05)
    events: list[str] = []
    while todo["id"] not in events:
        reminding(make_worker()).run()
        stores.outbox.drain(100, lambda event: events.append(event.subject))
    reminding(make_worker()).run()
    stores.outbox.drain(100, lambda event: events.append(event.subject))
    assert events.count(todo["id"]) == 1
