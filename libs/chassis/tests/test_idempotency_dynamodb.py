from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from chassis.errors import Transient
from chassis.idempotency import IdempotencyStore, Key, RecordedAnswer
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.ids import new_id
from chassis.stores.aws import Aws as Clients
from chassis.testing import FakeClock, IdempotencyStoreContract
from chassis.testing.idempotency import LIMITS, claimed
from slipway.testing.aws import EmulatedAws


@pytest.fixture(scope="module")
def table(aws: EmulatedAws) -> Iterator[tuple[Any, str]]:
    with aws.table() as name:
        yield aws.client("dynamodb"), name


@pytest.fixture
def store(table: tuple[Any, str], clock: FakeClock) -> DynamoIdempotency:
    return DynamoIdempotency(*table, clock.timestamp, LIMITS)


class TestDynamoIdempotency(IdempotencyStoreContract):
    """The contract, on the emulator."""


def test_of_a_forgotten_owner_the_table_holds_nothing(
    table: tuple[Any, str], store: DynamoIdempotency
) -> None:
    client, name = table
    owner = str(new_id())
    in_flight = claimed(store, Key(owner, "1" * 64))
    for number in range(30):
        large = RecordedAnswer(200, {}, os.urandom(800_000 if number < 3 else 10))
        store.finish(claimed(store, Key(owner, f"{number:064}")), large)
    store.forget(owner)
    store.finish(in_flight, RecordedAnswer(200, {}, os.urandom(800_000)))
    pages = client.get_paginator("scan").paginate(TableName=name)
    assert [item for page in pages for item in page["Items"] if owner in str(item)] == []


def test_a_table_that_is_away_is_transient() -> None:
    client = Clients("us-east-1", "http://127.0.0.1:9", ("a", "b")).client("dynamodb")
    away: IdempotencyStore = DynamoIdempotency(client, "table")
    with pytest.raises(Transient):
        away.begin(Key("ann", "k"), "f", new_id(), 30)
