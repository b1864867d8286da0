"""Whatever becomes of Redis, what is read is what was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from libs.chassis.tests.redis_process import RedisProcess
from services.todos.tests.factories import Api, assemble, settings

from chassis.idempotency.memory import MemoryIdempotency
from chassis.stores.cache import OwnerCache, connect
from chassis.testing import Issuer
from todos.app import create_app
from todos.domain.account_state import AccountLimits
from todos.store.memory import MemoryStore


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[RedisProcess]:
    process = RedisProcess(tmp_path)
    process.start()
    yield process
    process.kill()


@pytest.fixture
def app(redis_process: RedisProcess, issuer: Issuer) -> Iterator[Flask]:
    cache = OwnerCache(connect(redis_process.url), "todos")
    parts = assemble(MemoryStore(), cache, MemoryIdempotency(), AccountLimits())
    yield create_app(settings(), parts=parts.stores, verifier=issuer.verifier())
    cache.close()


def kill(redis: RedisProcess) -> None:
    redis.kill()


def freeze(redis: RedisProcess) -> None:
    redis.freeze()


def start(redis: RedisProcess) -> None:
    redis.start()


def thaw(redis: RedisProcess) -> None:
    redis.thaw()


@pytest.mark.parametrize(("away", "back"), [(kill, start), (freeze, thaw)])
def test_reads_are_right_while_redis_is_away_and_when_it_is_back(
    api: Api,
    redis_process: RedisProcess,
    away: Callable[[RedisProcess], None],
    back: Callable[[RedisProcess], None],
) -> None:
    path = f"/v1/todos/{api.add('before')['id']}"
    assert "hit" in [api.call("GET", path).headers["X-Cache"] for _ in range(5)]
    away(redis_process)
    changed = api.call("PATCH", path, {"title": "while away"}).json
    assert api.get(path) == changed
    assert api.items() == [changed]
    assert api.call("GET", path).headers["X-Cache"] == "bypass"
    assert api.get("/readyz")["status"] == "degraded"
    back(redis_process)
    assert api.get(path) == changed
    assert api.items() == [changed]
