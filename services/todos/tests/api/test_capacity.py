"""What calls cost in DynamoDB's capacity units is what the README says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from services.todos.tests.factories import Api, NoCache, settings

from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.testing import Issuer
from todos.app import create_app
from todos.store.dynamodb import DynamoStore
from todos.wiring import Stores

README = Path(__file__).parents[2] / "README.md"
ROW = re.compile(r"^\| (.+) \| ([0-9.]+) \| ([0-9.]+) \|$", re.MULTILINE)
COSTS = {name: (float(read), float(write)) for name, read, write in ROW.findall(README.read_text("utf-8"))}
BATCH = {"operations": [{"op": "create", "title": "x", "notes": "y" * 200} for _ in range(20)]}


class KnownAccounts(NoCache):
    """Marks as the cache keeps them: of accounts that stand."""

    def read(self, owner: str, field: str, load: Callable[[], bytes]) -> Any:
        return b"0", None


class Meter:
    """Adds up what the calls of a client consume."""

    def __init__(self, client: Any) -> None:
        self.read = self.write = 0.0
        client.meta.events.register("provide-client-params.dynamodb.*", self._ask)
        client.meta.events.register("after-call.dynamodb.*", self._add)

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def _add(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        found = parsed.get("ConsumedCapacity", [])
        units = sum(one["CapacityUnits"] for one in (found if isinstance(found, list) else [found]))
        if model.name in {"GetItem", "BatchGetItem", "Query"}:
            self.read += units
        else:
            self.write += units


@pytest.fixture
def metered(aws: Any, issuer: Issuer) -> tuple[Api, Meter]:
    client = aws.service_client("todos", "dynamodb")
    table = aws.environment("todos")["TODOS_TABLE"]
    stores = Stores(
        DynamoStore(client, table),
        NoCache(),
        KnownAccounts(),
        DynamoIdempotency(client, table),
        MemoryOutbox(),
    )
    app = create_app(settings(), parts=stores, verifier=issuer.verifier())
    api = Api(app.test_client(), issuer)
    for number in range(50):
        api.add(f"to-do {number}", notes="y" * 200)
    return api, Meter(client)


def one_of(api: Api) -> str:
    return f"/v1/todos/{api.get('/v1/todos?limit=1')['items'][0]['id']}"


CALLS: dict[str, Callable[[Api, str], Any]] = {
    "a to-do, past the cache": lambda api, path: api.get(path),
    "a page of 20 of 50, past the cache": lambda api, _: api.get("/v1/todos?limit=20"),
    "`q` over 50 to-dos, past the cache": lambda api, _: api.get("/v1/todos?q=absent"),
    "all lists, past the cache": lambda api, _: api.get("/v1/lists"),
    "all changes of 50 to-dos": lambda api, _: api.get("/v1/changes"),
    "a to-do is created": lambda api, _: api.add("x", notes="y" * 200),
    "one with a due time to come is created": lambda api, _: api.add(
        "x", notes="y" * 200, due_at="2999-01-01T00:00:00Z"
    ),
    "the same with an `Idempotency-Key`": lambda api, _: api.call(
        "POST", "/v1/todos", {"title": "x", "notes": "y" * 200}, Idempotency_Key="k"
    ),
    "a to-do is changed": lambda api, path: api.call("PATCH", path, {"done": True}),
    "a to-do is deleted": lambda api, path: api.call("DELETE", path),
    "a batch of 20 creations": lambda api, _: api.call("POST", "/v1/todos/batch", BATCH),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_costs_what_the_readme_says(metered: tuple[Api, Meter], name: str) -> None:
    api, meter = metered
    path = one_of(api)
    meter.read = meter.write = 0.0
    CALLS[name](api, path)
    assert (meter.read, meter.write) == COSTS[name]
