"""Many requests of one account at once, through two processes' worth of parts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from services.todos.tests.factories import Api, assemble, settings

from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.stores.cache import OwnerCache, connect
from chassis.testing import Issuer
from todos.app import create_app
from todos.domain.account_state import AccountLimits
from todos.store.dynamodb import DynamoStore


@pytest.fixture
def two(dynamo_store: DynamoStore, redis_url: str, issuer: Issuer) -> Iterator[list[Api]]:
    """One account's view of two processes that share a table and a Redis."""
    name, subject = f"todos-{new_id()}", str(new_id())
    caches = [OwnerCache(connect(redis_url), name) for _ in range(2)]
    apis = []
    for cache in caches:
        parts = assemble(dynamo_store, cache, MemoryIdempotency(), AccountLimits())
        app = create_app(
            settings(max_waiting=16, max_changes_at_once=16), parts=parts.stores, verifier=issuer.verifier()
        )
        apis.append(Api(app.test_client(), issuer, subject))
    yield apis
    for cache in caches:
        cache.close()


def created(api: Api, title: str) -> dict[str, Any]:
    """Create a to-do; on a busy machine that may ask to come again, as a turn is waited for so long only."""
    response = api.call("POST", "/v1/todos", {"title": title})
    while response.status_code == 429:
        time.sleep(int(response.headers["Retry-After"]))
        response = api.call("POST", "/v1/todos", {"title": title})
    assert response.status_code == 201
    todo = response.json
    assert isinstance(todo, dict)
    return todo


def test_a_hundred_creations_at_once_all_succeed(two: list[Api]) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda number: created(two[number % 2], str(number)), range(100)))
    assert {todo["title"] for todo in made} == {str(number) for number in range(100)}
    assert len({todo["position"] for todo in made}) == 100
    assert sorted(two[0].titles("limit=30")) == sorted(str(number) for number in range(100))


def test_changes_of_one_todo_at_once_are_all_counted(two: list[Api]) -> None:
    path = f"/v1/todos/{two[0].add()['id']}"

    def change(number: int) -> int:
        return two[number % 2].call("PATCH", path, {"title": str(number)}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(change, range(24))) == {200}
    assert two[0].get(path)["version"] == 25


def test_of_many_changes_of_one_version_one_holds(two: list[Api]) -> None:
    path = f"/v1/todos/{two[0].add()['id']}"

    def change(number: int) -> int:
        return two[number % 2].call("PATCH", path, {"title": str(number)}, If_Match='"1"').status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(change, range(8))) == [200, *[412] * 7]


def test_a_write_through_one_process_is_read_through_the_other(two: list[Api]) -> None:
    path = f"/v1/todos/{two[0].add()['id']}"
    for number in range(20):
        writer, reader = two[number % 2], two[(number + 1) % 2]
        reader.items()
        changed = writer.call("PATCH", path, {"title": str(number)}).json
        assert reader.get(path) == changed
        assert reader.items() == [changed]


def test_a_reader_pages_while_others_write(two: list[Api]) -> None:
    throughout = {two[0].add(str(number))["id"] for number in range(40)}
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            extra = two[1].add("extra")
            two[1].call("DELETE", f"/v1/todos/{extra['id']}")

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            for query in ("limit=7", "limit=7&sort=position", "limit=7&sort=due_at&done=false"):
                seen = [item["id"] for item in two[0].items(query) if item["title"] != "extra"]
                assert sorted(seen) == sorted(throughout)
        finally:
            stop.set()
        writing.result()


def test_a_list_is_not_deleted_under_a_todo_that_is_being_put_there(two: list[Api]) -> None:
    for _ in range(5):
        groceries = two[0].add_list()["id"]
        body = {"title": "x", "list_id": groceries}
        with ThreadPoolExecutor(2) as pool:
            adding = pool.submit(two[0].call, "POST", "/v1/todos", body)
            deleting = pool.submit(two[1].call, "DELETE", f"/v1/lists/{groceries}")
        assert deleting.result().status_code == 204
        assert adding.result().status_code in {201, 422}
        assert two[0].items() == []
