from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from services.blog.tests.factories import Api, FakeCovers, FakePages, FakeProfiles, settings, stores

from blog.app import create_app
from blog.domain.ports import PostStore, ResponseStore, SubscriberStore
from blog.store.dynamodb import DynamoPostStore
from blog.store.memory import MemoryPostStore
from blog.store.memory_responses import MemoryResponseStore
from blog.store.memory_subscribers import MemorySubscriberStore
from blog.store.responses import DynamoResponseStore
from blog.store.subscribers import DynamoSubscriberStore
from blog.wiring import Stores
from chassis.ids import new_id
from chassis.testing import FakeClock, Issuer


@pytest.fixture
def owner() -> str:
    return str(new_id())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def table(aws: Any) -> tuple[Any, str]:
    """DynamoDB as the service, and its table."""
    return aws.service_client("blog", "dynamodb"), aws.environment("blog")["BLOG_TABLE"]


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> PostStore:
    """Every store there is, one after the other."""
    if request.param == "memory":
        return MemoryPostStore()
    return DynamoPostStore(*request.getfixturevalue("table"))


@pytest.fixture
def responses(store: PostStore, request: pytest.FixtureRequest, clock: FakeClock) -> ResponseStore:
    """What readers leave, beside the posts of `store`."""
    if isinstance(store, MemoryPostStore):
        return MemoryResponseStore(store, clock)
    return DynamoResponseStore(*request.getfixturevalue("table"), clock)


@pytest.fixture(params=["memory", "dynamodb"])
def subscribers(request: pytest.FixtureRequest) -> SubscriberStore:
    """Every store of subscriptions there is, one after the other."""
    if request.param == "memory":
        return MemorySubscriberStore()
    return DynamoSubscriberStore(*request.getfixturevalue("table"))


@pytest.fixture
def parts(clock: FakeClock) -> Stores:
    return stores(clock)


@pytest.fixture
def app(parts: Stores, issuer: Issuer, clock: FakeClock) -> Flask:
    told = settings(
        max_posts=5,
        max_comments_an_hour=3,
        max_subscriptions_an_hour=3,
        max_subscriptions_of_an_address_an_hour=2,
    )
    return create_app(told, parts=parts, verifier=issuer.verifier(), clock=clock)


@pytest.fixture
def new_api(app: Flask, issuer: Issuer) -> Callable[[str], Api]:
    """Return what calls the API as the account that it is given."""
    return partial(Api, app.test_client(), issuer)


@pytest.fixture
def pages(parts: Stores) -> FakePages:
    """What the edge was told."""
    assert isinstance(parts.pages, FakePages)
    return parts.pages


@pytest.fixture
def profiles(parts: Stores) -> FakeProfiles:
    assert isinstance(parts.profiles, FakeProfiles)
    return parts.profiles


@pytest.fixture
def covers(parts: Stores) -> FakeCovers:
    assert isinstance(parts.covers, FakeCovers)
    return parts.covers


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def api(new_api: Callable[[str], Api], owner: str) -> Api:
    return new_api(owner)
