"""Events of users, as the worker meets them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from services.todos.tests.factories import ISSUER, Api, Parts, assemble, settings

from chassis.accounts import AccountErased, AccountEvents, AccountExports
from chassis.errors import Invalid
from chassis.idempotency import IdempotencyStore
from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.messages.consumer import Consumer
from chassis.messages.events import new_event
from chassis.messages.worker import Worker
from chassis.stores.cache import OwnerCache, connect
from chassis.testing import AccountErasureContract, AccountExportContract, Issuer, MemoryExportParts
from chassis.testing.exports import export_requested
from todos.app import create_app
from todos.config import WorkerSettings
from todos.domain.account_state import AccountLimits
from todos.domain.export import TodoRecords
from todos.domain.todos import Todos
from todos.store.dynamodb import DynamoStore
from todos.wiring import accounts_of
from todos.worker import build


def deleted(account: str) -> str:
    return new_event("users.account.deleted.v1", "users", account, {"account_id": account}).model_dump_json()


@pytest.fixture
def parts_of_exports() -> MemoryExportParts:
    return MemoryExportParts()


@pytest.fixture
def events(any_parts: Parts, parts_of_exports: MemoryExportParts) -> AccountEvents:
    exports = AccountExports(parts_of_exports, TodoRecords(any_parts.store), clock=any_parts.clock)
    return AccountEvents(accounts_of(any_parts.stores, any_parts.clock), any_parts.idempotency, exports)


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


@pytest.mark.parametrize("body", ["", "{}", "null", "[]", '{"type": "users.account.deleted.v1"}'])
def test_what_is_no_event_is_refused(events: AccountEvents, body: str) -> None:
    with pytest.raises(Invalid):
        events.handle(body)


def test_lists_and_todos_are_handed_over_to_their_account_alone(
    any_parts: Parts, events: AccountEvents, parts_of_exports: MemoryExportParts, issuer: Issuer, owner: str
) -> None:
    app = create_app(settings(), parts=any_parts.stores, verifier=issuer.verifier(), clock=any_parts.clock)
    api, export_id = Api(app.test_client(), issuer, owner), new_id()
    made = [api.add_list("Groceries"), *(api.add(f"number {at}") for at in range(3))]
    api.another().add("of somebody else")
    events.handle(export_requested(owner, export_id))
    data = parts_of_exports.data(export_id)
    assert made[0] in data["lists"]
    assert sorted(data["lists"], key=str) == sorted(api.get("/v1/lists")["items"], key=str)
    assert sorted(data["todos"], key=lambda one: one["title"]) == made[1:]


def test_all_pages_of_todos_are_handed_over(parts: Parts, owner: str) -> None:
    for at in range(205):
        Todos(parts.writer).create(owner, new_id(), {"title": f"number {at}"})
    records = TodoRecords(parts.store)(owner, ())
    assert {one["title"] for one in map(dict, records["todos"])} == {f"number {at}" for at in range(205)}


class TestErasure(AccountErasureContract, AccountExportContract):
    """The contracts of every service, on every store behind every cache."""

    @pytest.fixture
    def app(self, any_parts: Parts, issuer: Issuer) -> Flask:
        return create_app(
            settings(), parts=any_parts.stores, verifier=issuer.verifier(), clock=any_parts.clock
        )

    @pytest.fixture
    def idempotency(self, any_parts: Parts) -> IdempotencyStore:
        return any_parts.idempotency


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "new"}], ids=["plain", "with a key"])
def test_what_an_erased_account_writes_is_refused_and_leaves_nothing(
    any_parts: Parts, events: AccountEvents, issuer: Issuer, owner: str, headers: dict[str, str]
) -> None:
    app = create_app(settings(), parts=any_parts.stores, verifier=issuer.verifier(), clock=any_parts.clock)
    api = Api(app.test_client(), issuer, owner)
    path = f"/v1/todos/{api.add('secret')['id']}"
    events.handle(deleted(owner))
    create = {"op": "create", "title": "x"}
    writes = [
        ("POST", "/v1/todos", {"title": "x"}),
        ("POST", "/v1/todos", {"title": ""}),
        ("POST", "/v1/lists", {"name": "x"}),
        ("PATCH", path, {"done": True}),
        ("DELETE", path, None),
        ("POST", "/v1/todos/batch", {"operations": [create]}),
        ("POST", "/v1/todos/batch", {"operations": [create, {"op": "dance"}], "atomic": True}),
    ]
    answers = [api.call(*write, **headers) for write in writes]
    assert [answer.status_code for answer in answers] == [401] * len(writes)
    assert len({answer.json["detail"] for answer in answers if answer.json}) == 1
    assert any_parts.store.lists(owner) == []
    assert any_parts.store.head(owner).erased


def test_a_list_that_is_cached_is_not_shown_to_an_erased_account(
    any_parts: Parts, events: AccountEvents, issuer: Issuer, owner: str
) -> None:
    app = create_app(settings(), parts=any_parts.stores, verifier=issuer.verifier(), clock=any_parts.clock)
    api = Api(app.test_client(), issuer, owner)
    api.add("secret")
    assert [api.titles() for _ in range(3)] == [["secret"]] * 3
    events.handle(deleted(owner))
    assert api.call("GET", "/v1/todos").status_code == 401


def test_a_cached_read_asks_the_table_nothing(
    dynamo_store: DynamoStore, redis_url: str, issuer: Issuer
) -> None:
    names = [f"todos-{new_id()}", f"todos:accounts-{new_id()}"]
    cache, marks = [OwnerCache(connect(redis_url), name) for name in names]
    parts = assemble(dynamo_store, cache, MemoryIdempotency(), AccountLimits(), marks=marks)
    app = create_app(settings(), parts=parts.stores, verifier=issuer.verifier())
    api = Api(app.test_client(), issuer)
    api.add("often read")
    api.get("/v1/todos")
    calls: list[str] = []
    dynamo_store._client.meta.events.register("before-call.*", lambda model, **_: calls.append(model.name))
    assert api.call("GET", "/v1/todos").headers["X-Cache"] == "hit"
    assert calls == []
    cache.close()
    marks.close()


@pytest.fixture
def worker_settings(aws: Any) -> WorkerSettings:
    told = {name.lower(): value for name, value in aws.environment("todos").items()}
    made = {name: value for name, value in told.items() if name in WorkerSettings.model_fields}
    return WorkerSettings(
        auth_issuer=ISSUER, auth_jwks_url="http://127.0.0.1:1", redis_url="redis://127.0.0.1:1/0", **made
    )


@pytest.fixture
def worker(aws: Any, worker_settings: WorkerSettings, parts: Parts) -> tuple[Worker, Consumer]:
    consumers = build(worker_settings, parts=parts.stores, clock=parts.clock).consumers
    reading = next(one for one in consumers if one.name == "todos-users-events")
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
    periodic = build(worker_settings, parts=parts.stores, clock=parts.clock).periodic
    assert {work.name: work.seconds for work in periodic} == {"half-deleted lists": 60, "reminders": 5}
    for work in periodic:
        work.run()
