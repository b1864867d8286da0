from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from services.todos.tests.factories import UNPACED, Api, NoCache, Parts, assemble, settings, store_on

from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.stores.cache import OwnerCache, connect
from chassis.testing import FakeClock, Issuer
from slipway.testing.aws import EmulatedAws
from todos.app import create_app
from todos.domain.account_state import AccountLimits
from todos.domain.ports import TodoStore
from todos.store.dynamodb import DynamoStore
from todos.store.memory import MemoryStore
from todos.wiring import Cache


@pytest.fixture
def owner() -> str:
    return str(new_id())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(params=["memory", "dynamodb"])
def any_store(request: pytest.FixtureRequest) -> TodoStore:
    """Every store there is, one after the other."""
    if request.param == "memory":
        return MemoryStore()
    return request.getfixturevalue("dynamo_store")  # type: ignore[no-any-return]  # fixtures are untyped


@pytest.fixture
def dynamo_store(aws: EmulatedAws) -> DynamoStore:
    return store_on(aws)


@pytest.fixture(params=["no cache", "redis"])
def any_cache(request: pytest.FixtureRequest) -> Iterator[Cache]:
    """Every cache there is, one after the other."""
    if request.param == "no cache":
        yield NoCache()
        return
    cache = OwnerCache(connect(request.getfixturevalue("redis_url")), f"todos-{new_id()}")
    yield cache
    cache.close()


@pytest.fixture
def any_marks(any_cache: Cache, request: pytest.FixtureRequest) -> Iterator[Cache]:
    """A cache of its own, of the same kind as `any_cache`."""
    if isinstance(any_cache, NoCache):
        yield NoCache()
        return
    cache = OwnerCache(connect(request.getfixturevalue("redis_url")), f"todos:accounts-{new_id()}")
    yield cache
    cache.close()


@pytest.fixture
def any_parts(any_store: TodoStore, any_cache: Cache, any_marks: Cache, clock: FakeClock) -> Parts:
    """Every store behind every cache."""
    return assemble(any_store, any_cache, MemoryIdempotency(clock.timestamp), UNPACED, clock, any_marks)


@pytest.fixture
def limits() -> AccountLimits:
    return UNPACED


@pytest.fixture
def memory_store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def no_cache() -> NoCache:
    return NoCache()


@pytest.fixture
def parts(memory_store: MemoryStore, no_cache: NoCache, limits: AccountLimits, clock: FakeClock) -> Parts:
    """Parts in this process's memory."""
    return assemble(memory_store, no_cache, MemoryIdempotency(), limits, clock)


@pytest.fixture
def app(parts: Parts, limits: AccountLimits, issuer: Issuer) -> Flask:
    told = settings(max_lists=limits.lists, max_todos=limits.todos)
    return create_app(told, parts=parts.stores, verifier=issuer.verifier(), clock=parts.clock)


@pytest.fixture
def api(app: Flask, issuer: Issuer) -> Api:
    return Api(app.test_client(), issuer)


@pytest.fixture
def any_api(any_parts: Parts, issuer: Issuer) -> Api:
    """The API on every store behind every cache."""
    app = create_app(settings(), parts=any_parts.stores, verifier=issuer.verifier(), clock=any_parts.clock)
    return Api(app.test_client(), issuer)
