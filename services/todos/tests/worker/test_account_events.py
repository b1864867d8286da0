"""Events of users, as the worker meets them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from services.todos.tests.factories import ISSUER, Parts

from chassis.errors import Invalid
from chassis.ids import new_id
from chassis.messages.consumer import Consumer
from chassis.messages.events import new_event
from chassis.messages.worker import Worker
from todos.config import WorkerSettings
from todos.domain.erasure import Erasure
from todos.domain.todos import Todos
from todos.errors import AccountErased
from todos.events import AccountEvents
from todos.worker import build


def deleted(account: str) -> str:
    return new_event("users.account.deleted.v1", "users", account, {"account_id": account}).model_dump_json()


@pytest.fixture
def events(any_parts: Parts) -> AccountEvents:
    erasure = Erasure(any_parts.store, any_parts.cache, any_parts.idempotency, any_parts.clock)
    return AccountEvents(erasure)


@pytest.fixture
def todos(any_parts: Parts) -> Todos:
    return Todos(any_parts.writer)


def test_a_deleted_account_is_erased_and_the_others_are_not(
    any_parts: Parts, events: AccountEvents, todos: Todos, owner: str
) -> None:
    other = str(new_id())
    todo, kept = todos.create(owner, new_id(), {"title": "x"}), todos.create(other, new_id(), {"title": "y"})
    events.handle(deleted(owner))
    assert any_parts.store.todo(owner, todo.id) is None
    assert any_parts.store.lists(owner) == []
    assert any_parts.store.todo(other, kept.id) == kept


def test_nothing_comes_back_behind_the_erasure(events: AccountEvents, todos: Todos, owner: str) -> None:
    events.handle(deleted(owner))
    events.handle(deleted(owner))
    with pytest.raises(AccountErased):
        todos.create(owner, new_id(), {"title": "x"})


def test_other_types_of_event_are_ignored(any_parts: Parts, events: AccountEvents, owner: str) -> None:
    events.handle(new_event("users.account.created.v1", "users", owner, {}).model_dump_json())
    assert not any_parts.store.head(owner).erased


@pytest.mark.parametrize("body", ["", "{}", "null", "[]", '{"type": "users.account.deleted.v1"}'])
def test_what_is_no_event_is_refused(events: AccountEvents, body: str) -> None:
    with pytest.raises(Invalid):
        events.handle(body)


@pytest.mark.parametrize("subject", ["", "x" * 256])
def test_an_event_that_names_no_account_is_refused(events: AccountEvents, subject: str) -> None:
    with pytest.raises(Invalid):
        events.handle(deleted(subject))


@pytest.fixture
def worker_settings(aws: Any) -> WorkerSettings:
    names = (
        "TODOS_TABLE",
        "USERS_EVENTS_QUEUE_URL",
        "USERS_EVENTS_DLQ_URL",
        "USERS_EVENTS_VISIBILITY_TIMEOUT",
    )
    made = {name.lower(): aws.environment("todos")[name] for name in names}
    return WorkerSettings(
        auth_issuer=ISSUER, auth_jwks_url="http://127.0.0.1:1", redis_url="redis://127.0.0.1:1/0", **made
    )


@pytest.fixture
def worker(aws: Any, worker_settings: WorkerSettings, parts: Parts) -> tuple[Worker, Consumer]:
    [reading] = build(worker_settings, parts=parts.stores, clock=parts.clock).consumers
    return Worker(aws.service_client("todos", "sqs"), [reading]), reading


def test_an_event_published_by_users_erases_the_account(
    aws: Any, worker: tuple[Worker, Consumer], parts: Parts, owner: str
) -> None:
    todo = Todos(parts.writer).create(owner, new_id(), {"title": "x"})
    aws.service_client("users", "sns").publish(
        TopicArn=aws.environment("users")["EVENTS_TOPIC_ARN"],
        Message=deleted(owner),
        MessageAttributes={"type": {"DataType": "String", "StringValue": "users.account.deleted.v1"}},
    )
    # The queue is every test's: what others published may come first.
    while parts.store.todo(owner, todo.id) is not None:
        worker[0].handle_next(worker[1], wait=1)


def test_a_malformed_message_goes_to_the_dead_letters_with_the_reason(
    aws: Any, worker: tuple[Worker, Consumer], worker_settings: WorkerSettings
) -> None:
    root = aws.client("sqs")
    root.send_message(QueueUrl=worker_settings.users_events_queue_url, MessageBody=json.dumps({"x": 1}))
    dead: list[Any] = []
    while not dead:
        worker[0].handle_next(worker[1], wait=1)
        answer = root.receive_message(
            QueueUrl=worker_settings.users_events_dlq_url, MessageAttributeNames=["All"]
        )
        dead = answer.get("Messages", [])
    assert "Invalid" in dead[0]["MessageAttributes"]["reason"]["StringValue"]


def test_the_periodic_work_runs_on_nothing(worker_settings: WorkerSettings, parts: Parts) -> None:
    [work] = build(worker_settings, parts=parts.stores, clock=parts.clock).periodic
    assert work.seconds == 60
    work.run()
