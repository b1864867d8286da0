"""Input, conditions, idempotency and health over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from services.todos.tests.factories import Api, NoCache, assemble, settings

from chassis.idempotency.dynamodb import DynamoIdempotency
from chassis.ids import new_id
from chassis.testing import Issuer
from todos.app import create_app
from todos.domain.account_state import AccountLimits
from todos.store.dynamodb import DynamoStore
from todos.store.memory import MemoryStore

BAD_FIELDS = [
    {"title": ""},
    {"title": "  "},
    {"title": "x" * 501},
    {"title": "a\u0000b"},
    {"title": None},
    {"title": 5},
    {"notes": "x" * 10_001},
    {"due_at": "tomorrow"},
    {"due_at": "2026-01-01T00:00:00"},
    {"due_at": 5},
    {"priority": 4},
    {"priority": -1},
    {"priority": "1"},
    {"priority": None},
    {"tags": ["x"] * 21},
    {"tags": ["x" * 51]},
    {"tags": [""]},
    {"tags": "x"},
    {"list_id": "inbox"},
    {"color": "red"},
    {"version": 3},
]


@pytest.mark.parametrize("fields", BAD_FIELDS)
def test_a_todo_that_makes_no_sense_is_refused(api: Api, fields: dict[str, Any]) -> None:
    response = api.call("POST", "/v1/todos", {"title": "x", **fields})
    assert response.status_code == 422
    assert response.json["errors"][0]["pointer"].startswith(f"/{next(iter(fields))}")
    path = f"/v1/todos/{api.add()['id']}"
    assert api.call("PATCH", path, fields).status_code == 422


@pytest.mark.parametrize("fields", [{"done": None}, {"done": "yes"}, {"position": None}, {"position": 1e16}])
def test_a_change_that_makes_no_sense_is_refused(api: Api, fields: dict[str, Any]) -> None:
    assert api.call("PATCH", f"/v1/todos/{api.add()['id']}", fields).status_code == 422


def test_the_largest_todo_is_kept_as_it_is(any_api: Api) -> None:
    todo = any_api.add("🎉" * 500, notes="é" * 10_000, tags=[f"{n:02d}" + "ü" * 48 for n in range(20)])
    assert any_api.get(f"/v1/todos/{todo['id']}") == todo


def test_tags_are_trimmed_and_each_is_kept_once(api: Api) -> None:
    assert api.add(tags=["b", " a", "b", "a "])["tags"] == ["b", "a"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(api: Api, body: bytes) -> None:
    headers = api.issuer.headers(api.subject)
    response = api.client.post("/v1/todos", data=body, content_type="application/json", headers=headers)
    assert response.status_code in {400, 422}
    assert response.content_type == "application/problem+json"


def test_another_content_type_is_refused(api: Api) -> None:
    headers = api.issuer.headers(api.subject)
    response = api.client.post("/v1/todos", data="title=x", content_type="text/plain", headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize(
    "path", ["/v1/todos", "/v1/lists", "/v1/changes", "/v1/todos/00000000-0000-7000-8000-000000000000"]
)
def test_nobody_reads_without_a_token(api: Api, path: str) -> None:
    assert api.client.get(path).status_code == 401


def test_a_todo_is_changed_under_a_condition(any_api: Api) -> None:
    path = f"/v1/todos/{any_api.add()['id']}"
    assert any_api.call("PATCH", path, {"done": True}, If_Match='"1"').headers["ETag"] == '"2"'
    assert any_api.call("PATCH", path, {"done": False}, If_Match='"1"').status_code == 412
    assert any_api.call("DELETE", path, If_Match='"1"').status_code == 412
    assert any_api.call("DELETE", path, If_Match='"2"').status_code == 204


def test_what_the_client_holds_is_not_sent_again(any_api: Api) -> None:
    path = f"/v1/todos/{any_api.add()['id']}"
    for where in (path, "/v1/todos", "/v1/lists"):
        etag = any_api.call("GET", where).headers["ETag"]
        again = any_api.call("GET", where, If_None_Match=etag)
        assert (again.status_code, again.data) == (304, b"")
    any_api.call("PATCH", path, {"done": True})
    assert any_api.call("GET", path, If_None_Match='"1"').status_code == 200


def test_a_creation_with_a_key_is_done_once(api: Api) -> None:
    first = api.call("POST", "/v1/todos", {"title": "x"}, Idempotency_Key="k")
    second = api.call("POST", "/v1/todos", {"title": "x"}, Idempotency_Key="k")
    assert (second.status_code, second.json) == (201, first.json)
    assert api.call("POST", "/v1/todos", {"title": "y"}, Idempotency_Key="k").status_code == 422
    assert len(api.items()) == 1


def test_one_key_at_once_from_many_creates_one_todo(
    dynamo_store: DynamoStore, issuer: Issuer, aws: Any
) -> None:
    keys = DynamoIdempotency(aws.service_client("todos", "dynamodb"), aws.environment("todos")["TODOS_TABLE"])
    parts = assemble(dynamo_store, NoCache(), keys, AccountLimits())
    app = create_app(settings(max_changes_at_once=16), parts=parts.stores, verifier=issuer.verifier())
    subject = str(new_id())

    def post(_number: int) -> int:
        api = Api(app.test_client(), issuer, subject)
        return api.call("POST", "/v1/todos", {"title": "x"}, Idempotency_Key="k").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(post, range(16)))
    assert 201 in statuses
    assert statuses <= {201, 409}
    assert len(Api(app.test_client(), issuer, subject).items()) == 1


def test_a_store_that_is_away_is_told_with_when_to_retry(api: Api, memory_store: MemoryStore) -> None:
    memory_store.away = True
    for method, path in (("GET", "/v1/todos"), ("POST", "/v1/todos"), ("GET", "/v1/lists")):
        response = api.call(method, path, {"title": "x"} if method == "POST" else None)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0


def test_without_its_table_the_service_is_not_ready(
    app: Flask, memory_store: MemoryStore, no_cache: NoCache
) -> None:
    assert app.test_client().get("/readyz").json["status"] == "ok"
    no_cache.away = True
    degraded = app.test_client().get("/readyz")
    assert (degraded.status_code, degraded.json["status"]) == (200, "degraded")
    memory_store.away = True
    assert app.test_client().get("/readyz").status_code == 503


def test_an_erased_account_is_refused(api: Api, memory_store: MemoryStore) -> None:
    api.add()
    memory_store.mark_erased(api.subject, 0)
    memory_store.erase(api.subject)
    assert api.call("POST", "/v1/todos", {"title": "x"}).status_code == 401
    assert api.call("GET", "/v1/changes").status_code == 401
    assert api.call("GET", "/v1/lists").status_code == 401
    assert api.call("GET", "/v1/todos").status_code == 401
