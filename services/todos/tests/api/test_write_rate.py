"""One account writes so much at once and then so much a second; others do not notice."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from services.todos.tests.factories import Api, NoCache, settings

from chassis.idempotency.memory import MemoryIdempotency
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.testing import Issuer
from todos.app import create_app
from todos.store.memory import MemoryStore
from todos.wiring import Stores


@pytest.fixture
def client(issuer: Issuer) -> FlaskClient:
    """A service in which an account writes ten at once, and then one a second."""
    stores = Stores(MemoryStore(), NoCache(), NoCache(), MemoryIdempotency(), MemoryOutbox())
    told = settings(write_burst=10, writes_per_second=1)
    return create_app(told, parts=stores, verifier=issuer.verifier()).test_client()


def batch(api: Api, count: int) -> Any:
    operations = [{"op": "create", "title": f"number {number}"} for number in range(count)]
    return api.call("POST", "/v1/todos/batch", {"operations": operations})


def test_a_batch_beyond_the_allowance_is_finished_and_the_next_write_is_told_when_to_come(
    client: FlaskClient, issuer: Issuer
) -> None:
    ann = Api(client, issuer)
    done = batch(ann, 60)
    assert [one["status"] for one in done.json["outcomes"]] == [201] * 60
    for refused in (batch(ann, 1), ann.call("POST", "/v1/todos", {"title": "one more"})):
        assert refused.status_code == 429
        assert refused.content_type == "application/problem+json"
        assert 45 <= int(refused.headers["Retry-After"]) <= 60
        assert "try again in" in refused.json["detail"]
    assert len(ann.get("/v1/todos")["items"]) == 50


def test_another_account_writes_meanwhile(client: FlaskClient, issuer: Issuer) -> None:
    batch(Api(client, issuer), 60)
    assert Api(client, issuer).add("mine")["title"] == "mine"


def test_what_an_account_sends_beyond_its_allowance_is_refused_unread(
    client: FlaskClient, issuer: Issuer
) -> None:
    ann = Api(client, issuer)
    batch(ann, 60)
    assert ann.call("POST", "/v1/todos/batch", {"no": "operations"}).status_code == 429
    bob = Api(client, issuer)
    assert bob.call("POST", "/v1/todos/batch", {"no": "operations"}).status_code == 422
