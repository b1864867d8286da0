"""The stores' own code keeps its items in tables made as the plan describes them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from services.media.tests.store.records_contract import RecordsContract
from services.todos.tests.factories import NOON, a_todo
from tests.terraform.plans import Plan, Resource

from chassis.clock import utc_now
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.testing import FakeClock, IdempotencyStoreContract
from chassis.testing.idempotency import LIMITS
from media.domain.events import ObjectEvents
from media.store.dynamodb import DynamoRecords
from media.store.dynamodb_upkeep import DynamoUpkeep
from slipway.testing.aws import EmulatedAws
from todos.domain.account_state import AccountState
from todos.domain.commit import Commit
from todos.domain.todo_filter import TodoFilter
from todos.domain.todolist import inbox_of
from todos.store import items
from todos.store.dynamodb import DynamoStore


def _key(partition: str, sort: str | None) -> list[dict[str, str]]:
    keys = {"HASH": partition, "RANGE": sort}
    return [{"AttributeName": name, "KeyType": kind} for kind, name in keys.items() if name]


def definition(table: Resource, name: str) -> dict[str, Any]:
    """Return what DynamoDB is asked for when a planned table is made under another name."""

    def made(index: dict[str, Any], partition: str) -> dict[str, Any]:
        key = _key(partition, index["range_key"])
        projection = {"ProjectionType": index["projection_type"]}
        return {"IndexName": index["name"], "KeySchema": key, "Projection": projection}

    indexes = {
        "LocalSecondaryIndexes": [made(one, table["hash_key"]) for one in table["local_secondary_index"]],
        "GlobalSecondaryIndexes": [made(one, one["hash_key"]) for one in table["global_secondary_index"]],
    }
    return {
        "TableName": name,
        "BillingMode": table["billing_mode"],
        "KeySchema": _key(table["hash_key"], table["range_key"]),
        "AttributeDefinitions": [
            {"AttributeName": one["name"], "AttributeType": one["type"]} for one in table["attribute"]
        ],
        **{kind: found for kind, found in indexes.items() if found},
    }


@pytest.fixture(scope="module")
def dynamodb(aws: EmulatedAws) -> Any:
    """A client that may make tables."""
    return aws.client("dynamodb")


@pytest.fixture(scope="module")
def made(dynamodb: Any, plan_of: Callable[[str], Plan]) -> Callable[[str], str]:
    """Makes the planned table of a name, once, and returns what it is called here."""

    @cache
    def make(table: str) -> str:
        planned = plan_of("prod").resources[f'module.table["{table}"].aws_dynamodb_table.this']
        name = f"planned-{table}-{secrets.token_hex(4)}"
        dynamodb.create_table(**definition(planned, name))
        return name

    return make


class TestMediaRecords(RecordsContract):
    """Objects, accounts and the sweep's index."""

    @pytest.fixture
    def table(self, made: Callable[[str], str]) -> str:
        return made("media")

    @pytest.fixture
    def records(self, dynamodb: Any, table: str) -> DynamoRecords:
        return DynamoRecords(dynamodb, table, ObjectEvents("https://media.example.com", utc_now))

    @pytest.fixture
    def accounts(self, dynamodb: Any, table: str) -> DynamoUpkeep:
        return DynamoUpkeep(dynamodb, table)


class TestIdempotencyKeys(IdempotencyStoreContract):
    """Answers that are kept for a while, beside the to-dos."""

    @pytest.fixture
    def table(self, made: Callable[[str], str]) -> str:
        return made("todos")

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    def store(self, dynamodb: Any, table: str, clock: FakeClock) -> DynamoIdempotency:
        return DynamoIdempotency(dynamodb, table, clock.timestamp, LIMITS)


def test_todos_are_found_in_every_order(dynamodb: Any, made: Callable[[str], str]) -> None:
    store = DynamoStore(dynamodb, made("todos"))
    inbox, todo = inbox_of("ann", NOON), a_todo()
    store.commit(
        Commit("ann", AccountState(), AccountState(seq=1), (inbox,), (todo,), frozenset({todo.id}), (), 0)
    )
    for sort in ("created_at", "due_at", "position"):
        for list_id in (None, todo.list_id):
            found = store.page("ann", TodoFilter(sort=sort, list_id=list_id), None, 10)  # type: ignore[arg-type]
            assert len(found.items) == 1, (sort, list_id)
    assert store.ids_in_list("ann", todo.list_id, 10) == [todo.id]
    assert len(store.changes("ann", "", 10).items) == 2


def test_what_runs_out_says_when_where_the_table_looks(plan_of: Callable[[str], Plan]) -> None:
    [ttl] = plan_of("prod").resources['module.table["todos"].aws_dynamodb_table.this']["ttl"]
    removed = items.removals_item(
        Commit("ann", AccountState(), AccountState(seq=1), (), (), frozenset(), (), 4_000_000_000)
    )
    assert removed[ttl["attribute_name"]] == {"N": "4000000000"}
