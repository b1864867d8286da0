"""How often a call asks DynamoDB and Redis is what ADR 0004 says."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from services.todos.tests.factories import Api, settings

from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.ids import new_id
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.stores.cache import OwnerCache, connect
from chassis.stores.redis_exchange import RedisExchange
from chassis.testing import Issuer
from slipway.testing.aws import EmulatedAws
from todos.app import create_app
from todos.store.dynamodb import DynamoStore
from todos.wiring import Stores

ADR = Path(__file__).parents[4] / "docs" / "adr" / "0004-todos-read-path.md"
ROW = re.compile(r"^\| (.+) \| ([0-9]+) \| ([0-9]+) \|$", re.MULTILINE)
TRIPS = {call: (int(table), int(cache)) for call, table, cache in ROW.findall(ADR.read_text("utf-8"))}


class RoundTrips:
    """Counts what this thread asks; the cache's beat has a thread of its own."""

    def __init__(self, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counted: Counter[str] = Counter()
        self._thread = threading.get_ident()
        client.meta.events.register("before-send.dynamodb.*", lambda **_: self._count("DynamoDB"))
        ask = RedisExchange.ask

        def counted(exchange: RedisExchange, packed: bytes, count: int) -> list[Any]:
            self._count("Redis")
            return ask(exchange, packed, count)

        monkeypatch.setattr(RedisExchange, "ask", counted)

    def _count(self, store: str) -> None:
        if threading.get_ident() == self._thread:
            self.counted[store] += 1


@pytest.fixture
def counting(
    aws: EmulatedAws, redis_url: str, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Api, RoundTrips]]:
    """An account with a to-do, of which Redis has everything that it keeps."""
    client: Any = aws.service_client("todos", "dynamodb")
    table = aws.environment("todos")["TODOS_TABLE"]
    names = (f"todos-{new_id()}", f"todos:accounts-{new_id()}")
    cache, marks = (OwnerCache(connect(redis_url), name) for name in names)
    stores = Stores(
        DynamoStore(client, table), cache, marks, DynamoIdempotency(client, table), MemoryOutbox()
    )
    api = Api(create_app(settings(), parts=stores, verifier=issuer.verifier()).test_client(), issuer)
    api.add()
    for _ in range(2):
        api.get("/v1/todos")
    yield api, RoundTrips(client, monkeypatch)
    cache.close()
    marks.close()


def path_of_one(api: Api) -> str:
    return f"/v1/todos/{api.get('/v1/todos')['items'][0]['id']}"


def batch(api: Api, operations: list[dict[str, Any]]) -> None:
    answer = api.call("POST", "/v1/todos/batch", {"operations": operations})
    assert {outcome["status"] for outcome in answer.get_json()["outcomes"]} <= {200, 201}


def changes_of(api: Api, number: int) -> list[dict[str, Any]]:
    """Make so many to-dos and return the operations that change them."""
    batch(api, _CREATIONS[:number])
    ids = [todo["id"] for todo in api.get("/v1/todos?limit=100")["items"]]
    return [{"op": "update", "id": one, "done": True} for one in ids[:number]]


_CREATIONS = [{"op": "create", "title": str(number)} for number in range(100)]
_KEY = {"Idempotency_Key": "the-key"}

CALLS: dict[str, tuple[Callable[[Api], Any], Callable[[Api, Any], Any]]] = {
    "a cached list": (path_of_one, lambda api, _: api.get("/v1/todos")),
    "a to-do is created": (path_of_one, lambda api, _: api.add()),
    "a to-do is changed": (path_of_one, lambda api, path: api.call("PATCH", path, {"done": True})),
    "a to-do is changed to what it is": (
        path_of_one,
        lambda api, path: api.call("PATCH", path, {"done": False}),
    ),
    "a to-do is deleted": (path_of_one, lambda api, path: api.call("DELETE", path)),
    "a to-do that is not there is deleted": (
        path_of_one,
        lambda api, _: api.call("DELETE", f"/v1/todos/{new_id()}"),
    ),
    "a batch of 20 creations": (path_of_one, lambda api, _: batch(api, _CREATIONS[:20])),
    "a batch of 20 changes": (lambda api: changes_of(api, 20), batch),
    "a batch of 100 creations": (path_of_one, lambda api, _: batch(api, _CREATIONS)),
    "a to-do is created with an `Idempotency-Key`": (
        path_of_one,
        lambda api, _: api.call("POST", "/v1/todos", {"title": "x"}, **_KEY),
    ),
    "the same again": (
        lambda api: api.call("POST", "/v1/todos", {"title": "x"}, **_KEY),
        lambda api, _: api.call("POST", "/v1/todos", {"title": "x"}, **_KEY),
    ),
}
"""What is done before, and the call itself, which is given what that returned."""


@pytest.mark.parametrize("name", CALLS)
def test_a_call_asks_as_often_as_the_adr_says(counting: tuple[Api, RoundTrips], name: str) -> None:
    api, trips = counting
    prepare, call = CALLS[name]
    prepared = prepare(api)
    trips.counted.clear()
    call(api, prepared)
    assert (trips.counted["DynamoDB"], trips.counted["Redis"]) == TRIPS[name]
