"""What is left of an erased account, in the table and in Redis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis
from services.todos.tests.factories import Api, Parts, assemble, settings

from chassis.accounts import AccountEvents, AccountExports
from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.ids import new_id
from chassis.messages.events import new_event
from chassis.stores.cache import OwnerCache
from chassis.testing import Issuer, MemoryExportParts
from todos.app import create_app
from todos.domain.account_state import AccountLimits
from todos.domain.export import TodoRecords
from todos.store.dynamodb import DynamoStore
from todos.wiring import accounts_of


@pytest.fixture
def redis(request: pytest.FixtureRequest) -> Iterator[Redis]:
    client = Redis.from_url(request.getfixturevalue("redis_url"))
    yield client
    client.close()


@pytest.fixture
def real_parts(dynamo_store: DynamoStore, redis: Redis, aws: Any) -> Iterator[Parts]:
    """Every store as in a running process."""
    cache = OwnerCache(redis, f"todos-{new_id()}")
    keys = DynamoIdempotency(aws.service_client("todos", "dynamodb"), aws.environment("todos")["TODOS_TABLE"])
    marks = OwnerCache(redis, f"todos:accounts-{new_id()}")
    yield assemble(dynamo_store, cache, keys, AccountLimits(), marks=marks)
    cache.close()
    marks.close()


@pytest.fixture
def real_api(real_parts: Parts, issuer: Issuer) -> Api:
    app = create_app(settings(), parts=real_parts.stores, verifier=issuer.verifier())
    return Api(app.test_client(), issuer)


@pytest.fixture
def erase(real_parts: Parts) -> Any:
    """Handles the event of an account's end."""
    exports = AccountExports(MemoryExportParts(), TodoRecords(real_parts.store))
    accounts = accounts_of(real_parts.stores, real_parts.clock)
    events = AccountEvents(accounts, real_parts.idempotency, exports)

    def handle(owner: str) -> None:
        event = new_event("users.account.deleted.v1", "users", owner, {"account_id": owner})
        events.handle(event.model_dump_json())

    return handle


def use(api: Api) -> None:
    """Write, read and repeat, so that something lies everywhere."""
    operations = [{"op": "create", "title": "secret", "notes": "n" * 5000} for _ in range(100)]
    for _ in range(2):
        api.call("POST", "/v1/todos", {"title": "secret"}, Idempotency_Key="one")
        api.call("POST", "/v1/todos/batch", {"operations": operations}, Idempotency_Key="many")
    assert api.get("/v1/todos?limit=10")["items"]
    assert api.get("/v1/lists")["items"]


def items_of(aws: Any, owner: str) -> list[Any]:
    pages = aws.client("dynamodb").get_paginator("scan")
    found = pages.paginate(TableName=aws.environment("todos")["TODOS_TABLE"])
    return [item for page in found for item in page["Items"] if owner in str(item)]


def test_the_table_keeps_the_mark_alone(real_api: Api, erase: Any, aws: Any) -> None:
    use(real_api)
    assert len(items_of(aws, real_api.subject)) > 100
    erase(real_api.subject)
    [mark] = items_of(aws, real_api.subject)
    assert set(mark) == {"pk", "sk", "seq", "erased", "expires_at"}


def test_redis_keeps_nothing(real_api: Api, erase: Any, redis: Redis) -> None:
    use(real_api)
    pattern = f"*{real_api.subject}*"
    assert any(redis.scan_iter(pattern))
    erase(real_api.subject)
    assert list(redis.scan_iter(pattern)) == []


def test_no_recorded_answer_is_given_again(real_api: Api, erase: Any) -> None:
    use(real_api)
    erase(real_api.subject)
    again = real_api.call("POST", "/v1/todos", {"title": "secret"}, Idempotency_Key="one")
    assert again.status_code == 401
    assert "Idempotency-Replayed" not in again.headers
