"""What one request and one account may take: bytes, time, and turns."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from services.todos.tests.factories import Api, NoCache, settings
from werkzeug.test import TestResponse

from chassis.http.pagination import Slice
from chassis.idempotency.memory import MemoryIdempotency
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.testing import Issuer
from todos.app import create_app
from todos.domain.commit import Commit
from todos.domain.ports import ReadLimits, TodoStore
from todos.domain.todo_filter import TodoFilter
from todos.store.dynamodb import DynamoStore
from todos.store.memory import MemoryStore
from todos.wiring import Stores

LONG = 120.0
LARGE = 1_000_000
HEAVY = "é" * 9_700  # 19.4 kB in UTF-8


def served(store: TodoStore, issuer: Issuer, **told: Any) -> Api:
    stores = Stores(store, NoCache(), NoCache(), MemoryIdempotency(), MemoryOutbox())
    app = create_app(settings(**told), parts=stores, verifier=issuer.verifier())
    return Api(app.test_client(), issuer)


@pytest.fixture(params=["memory", "dynamodb"])
def limited(request: pytest.FixtureRequest) -> Callable[[ReadLimits], TodoStore]:
    """What makes each store with limits of its own."""
    if request.param == "memory":
        return MemoryStore
    aws = request.getfixturevalue("aws")
    table = aws.environment("todos")["TODOS_TABLE"]
    return lambda limits: DynamoStore(aws.service_client("todos", "dynamodb"), table, limits)


def fill(api: Api, count: int, **fields: Any) -> list[str]:
    """Create to-dos, 10 in a batch; return their ids."""
    made: list[str] = []
    while len(made) < count:
        operations = [{"op": "create", "title": str(len(made) + number), **fields} for number in range(10)]
        outcomes = api.call("POST", "/v1/todos/batch", {"operations": operations}).json["outcomes"]
        made += [one["body"]["id"] for one in outcomes]
    return made


def pages(api: Api, query: str) -> Iterator[TestResponse]:
    cursor = ""
    while True:
        page = api.call("GET", f"/v1/todos?{query}{cursor}")
        assert page.status_code == 200, page.text
        yield page
        if page.json["next_cursor"] is None:
            return
        cursor = f"&cursor={page.json['next_cursor']}"


@pytest.mark.parametrize("sort", ["created_at", "due_at", "position"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_search_ends_its_page_when_it_has_read_enough_and_goes_on_from_there(
    limited: Callable[[ReadLimits], TodoStore], issuer: Issuer, sort: str, order: str
) -> None:
    api = served(limited(ReadLimits(read_bytes=300_000)), issuer)
    fill(api, 100, notes=HEAVY)
    wanted = [api.add("needle", due_at=due) for due in ("2026-01-01T00:00:00Z", None)]
    fill(api, 100, notes=HEAVY)
    answers = [page.json["items"] for page in pages(api, f"q=NEEDLE&sort={sort}&order={order}")]
    assert len(answers) > 3
    assert sum(map(bool, answers)) <= 2
    assert {item["id"] for items in answers for item in items} == {todo["id"] for todo in wanted}


def test_a_filter_that_the_table_evaluates_is_bounded_too(
    limited: Callable[[ReadLimits], TodoStore], issuer: Issuer
) -> None:
    api = served(limited(ReadLimits(read_bytes=300_000)), issuer)
    done = fill(api, 100, notes=HEAVY)[-1]
    api.call("PATCH", f"/v1/todos/{done}", {"done": True})
    answers = [page.json["items"] for page in pages(api, "done=true")]
    assert len(answers) > 1
    assert [item["id"] for items in answers for item in items] == [done]


def test_a_search_stops_when_it_has_lasted_long_enough(dynamo_store: DynamoStore, issuer: Issuer) -> None:
    at_once = DynamoStore(dynamo_store._client, dynamo_store._table, ReadLimits(read_seconds=0.0))
    api = served(at_once, issuer)
    fill(api, 40)
    answers = list(pages(api, "q=absent&limit=1"))
    assert len(answers) >= 5  # eight are read at once for a page of one


def test_pages_of_todos_are_bounded_in_bytes(any_store: TodoStore, issuer: Issuer) -> None:
    api = served(any_store, issuer)
    made = fill(api, 100, notes=HEAVY)
    answers = list(pages(api, "limit=200"))
    assert all(len(page.data) < LARGE for page in answers)
    assert [item["id"] for page in answers for item in page.json["items"]] == made


def test_pages_of_changes_are_bounded_in_bytes(any_store: TodoStore, issuer: Issuer) -> None:
    api = served(any_store, issuer)
    made = fill(api, 100, notes=HEAVY)
    seen: list[str] = []
    since = ""
    while True:
        page = api.call("GET", f"/v1/changes?limit=500{since}")
        assert len(page.data) < LARGE
        seen += [change["id"] for change in page.json["changes"] if change["type"] == "todo"]
        since = f"&since={page.json['next']}"
        if not page.json["more"]:
            break
    assert seen == made


def test_the_answer_to_a_batch_is_bounded_in_bytes(any_store: TodoStore, issuer: Issuer) -> None:
    api = served(any_store, issuer)
    operations = [{"op": "update", "id": one, "done": True} for one in fill(api, 100, notes=HEAVY)]
    answer = api.call("POST", "/v1/todos/batch", {"operations": operations})
    assert len(answer.data) < LARGE
    outcomes = answer.json["outcomes"]
    assert [one["status"] for one in outcomes] == [200] * 100
    assert "body" in outcomes[0]
    assert "body" not in outcomes[-1]


def test_an_account_that_has_read_too_much_is_told_when_to_come_again_and_no_other(
    any_store: TodoStore, issuer: Issuer
) -> None:
    api = served(any_store, issuer, read_burst_bytes=1_000_000, read_bytes_per_second=10_000)
    fill(api, 60, notes=HEAVY)
    answers = [api.call("GET", f"/v1/todos?q=absent{number}") for number in range(3)]
    refused = answers[-1]
    assert answers[0].status_code == 200
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 1
    assert api.call("GET", "/v1/changes").status_code == 429
    assert api.another().titles("q=absent") == []


class Held(MemoryStore):
    """A store in which the work of `slow` accounts lasts until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.slow: set[str] = set()
        self.begun = threading.Semaphore(0)
        self.let_go = threading.Event()

    def commit(self, commit: Commit) -> None:
        self._hold(commit.owner)
        super().commit(commit)

    def page(self, owner: str, question: TodoFilter, after: str | None, limit: int) -> Slice[str]:
        self._hold(owner)
        return super().page(owner, question, after, limit)

    def _hold(self, owner: str) -> None:
        if owner in self.slow:
            self.begun.release()
            self.let_go.wait(LONG)


@pytest.mark.parametrize(
    ("method", "path", "body"), [("GET", "/v1/todos?q=x", None), ("POST", "/v1/todos", {"title": "x"})]
)
def test_an_account_that_has_enough_at_work_is_refused_at_once_and_no_other(
    issuer: Issuer, method: str, path: str, body: Any
) -> None:
    store = Held()
    api = served(store, issuer, max_waiting=2, read_seconds=20)
    api.add()
    store.slow.add(api.subject)

    def call() -> TestResponse:
        return Api(api.client.application.test_client(), issuer, api.subject).call(method, path, body)

    with ThreadPoolExecutor(4) as pool:
        calls: list[Future[TestResponse]] = [pool.submit(call) for _ in range(4)]
        store.begun.acquire()
        refused = _first_done(calls)
        polite = api.another()
        polite.add("mine")
        assert polite.titles("q=mine") == ["mine"]
        store.let_go.set()
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    assert json.loads(refused.data)["type"].endswith("/too-many-requests")
    assert sorted(one.result().status_code for one in calls)[:3] == [200 if body is None else 201] * 3


def _first_done(calls: list[Future[TestResponse]]) -> TestResponse:
    while True:
        for one in calls:
            if one.done():
                return one.result()
