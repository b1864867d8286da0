from __future__ import annotations

import logging

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from chassis.errors import FieldError, Invalid, NotFound, Transient
from chassis.http import problems
from chassis.testing import Issuer

FIELDS = {"type", "title", "status", "detail", "instance", "request_id"}


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/v1/notes/not-a-uuid", 404, "not-found"),
        ("PUT", "/v1/motd", 405, "method-not-allowed"),
        ("GET", "/v1/notes", 401, "unauthenticated"),
        ("GET", "/v1/broken/gone", 410, "gone"),
        ("GET", "/v1/broken/clash", 409, "conflict"),
        ("GET", "/v1/broken/busy", 429, "too-many-requests"),
        ("GET", "/v1/broken/bug", 500, "internal"),
    ],
)
def test_every_error_is_a_problem_document(
    client: FlaskClient, method: str, path: str, status: int, slug: str
) -> None:
    response = client.open(path, method=method)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    document = response.json
    assert document is not None
    assert set(document) == FIELDS
    assert document["status"] == status
    assert document["type"].endswith(f"/{slug}")
    assert document["instance"] == path
    assert document["request_id"] == response.headers["X-Request-Id"]


def test_a_body_too_large_keeps_its_name_whatever_the_python(client: FlaskClient, issuer: Issuer) -> None:
    response = client.post("/v1/notes", json={"title": "x" * 30_000}, headers=issuer.headers())
    assert response.json is not None
    assert response.json["type"].endswith("/request-entity-too-large")


def test_405_says_what_is_allowed(client: FlaskClient) -> None:
    allowed = client.put("/v1/motd").headers["Allow"]
    assert {method.strip() for method in allowed.split(",")} >= {"GET", "HEAD"}


def test_429_and_503_say_when_to_come_back(client: FlaskClient, app: Flask) -> None:
    @app.get("/away")
    def away() -> str:
        raise Transient("The store is away.", retry_after=9)

    assert client.get("/v1/broken/busy").headers["Retry-After"] == "7"
    response = client.get("/away")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "9")


def test_a_bug_tells_the_caller_nothing_and_the_log_everything(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = client.get("/v1/broken/bug")
    assert "4711" not in response.text
    assert "Traceback" not in response.text
    assert "4711" in caplog.text


def test_an_error_to_head_has_no_body(client: FlaskClient) -> None:
    response = client.head("/nowhere")
    assert (response.status_code, response.data) == (404, b"")


def test_401_without_a_token_asks_for_one(client: FlaskClient) -> None:
    assert client.get("/v1/notes").headers["WWW-Authenticate"] == "Bearer"


def test_401_for_a_bad_token_says_that_it_is_bad(client: FlaskClient) -> None:
    response = client.get("/v1/notes", headers={"Authorization": "Bearer nonsense"})
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_403_for_a_missing_scope_says_so(client: FlaskClient, issuer: Issuer) -> None:
    response = client.post("/v1/notes/batch", json={"steps": []}, headers=issuer.headers())
    assert response.status_code == 403
    assert "WWW-Authenticate" not in response.headers


def test_a_status_that_nobody_named_is_still_a_problem(client: FlaskClient, app: Flask) -> None:
    @app.get("/teapot")
    def teapot() -> str:
        abort(418)

    response = client.get("/teapot")
    assert (response.status_code, response.content_type) == (418, "application/problem+json")


def test_outside_a_trace_there_is_no_request_id(app: Flask) -> None:
    with app.test_request_context("/x"):
        assert problems.document(500, "internal", "t", "d").json["request_id"] is None  # type: ignore[index]


def test_a_problem_can_be_told_inside_another_answer() -> None:
    told = problems.describe(Invalid("1 invalid value", [FieldError("/title", "is too long")]))
    assert told["status"] == 422
    assert told["errors"] == [{"pointer": "/title", "message": "is too long"}]
    assert set(problems.describe(NotFound("There is none."))) == {"type", "title", "status", "detail"}
