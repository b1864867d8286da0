"""POST /v1/accounts."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, sign_up

from chassis.testing import FakeClock

GOOD = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada Lovelace"}


def pointers(response: object) -> set[str]:
    return {error["pointer"] for error in response.json["errors"]}  # type: ignore[attr-defined]


def test_a_new_account_is_answered_without_its_password(client: FlaskClient) -> None:
    response = client.post("/v1/accounts", json=GOOD)
    assert response.status_code == 201
    assert set(response.json) == {
        "id",
        "email",
        "name",
        "email_verified",
        "reminders_by_mail",
        "created_at",
    }
    assert response.json["created_at"] == "2026-01-31T12:00:00.000Z"
    assert response.json["email_verified"] is response.json["reminders_by_mail"] is False
    assert response.headers["Location"] == "/v1/me"


def test_the_address_is_kept_in_its_normal_form_and_the_name_without_its_margins(client: FlaskClient) -> None:
    response = client.post("/v1/accounts", json=GOOD | {"email": "Ada@EXAMPLE.com", "name": "  Ada "})
    assert (response.json["email"], response.json["name"]) == ("Ada@example.com", "Ada")


def test_a_taken_address_is_a_conflict_whatever_its_letters(client: FlaskClient) -> None:
    sign_up(client, "ada@example.com")
    response = client.post("/v1/accounts", json=GOOD | {"email": "ADA@Example.com"})
    assert response.status_code == 409
    assert response.content_type == "application/problem+json"


def test_asking_for_many_taken_addresses_is_stopped_per_network(
    client: FlaskClient, clock: FakeClock
) -> None:
    sign_up(client, "ada@example.com")
    taken = GOOD | {"email": "ada@example.com"}
    statuses = [client.post("/v1/accounts", json=taken).status_code for _ in range(31)]
    assert statuses == [409] * 30 + [429]
    response = client.post("/v1/accounts", json=GOOD | {"email": "free@example.com"})
    assert response.status_code == 429
    clock.advance(int(response.headers["Retry-After"]))
    assert client.post("/v1/accounts", json=GOOD | {"email": "free@example.com"}).status_code == 201


@pytest.mark.parametrize("password", ["short", "password123", "1234567890", "ada lovelace", "x" * 129])
def test_a_weak_password_is_refused_by_name(client: FlaskClient, password: str) -> None:
    response = client.post("/v1/accounts", json=GOOD | {"password": password})
    assert response.status_code == 422
    assert pointers(response) == {"/password"}
    assert password not in response.text


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": "no address"}, "/email"),
        ({"email": 7}, "/email"),
        ({"name": ""}, "/name"),
        ({"name": "   "}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "two\nlines"}, "/name"),
        ({"name": None}, "/name"),
        ({"admin": True}, "/admin"),
    ],
)
def test_a_wrong_field_is_refused_by_name(
    client: FlaskClient, change: dict[str, object], pointer: str
) -> None:
    response = client.post("/v1/accounts", json=GOOD | change)
    assert response.status_code == 422
    assert pointers(response) == {pointer}


@pytest.mark.parametrize("missing", ["email", "password", "name"])
def test_a_missing_field_is_refused_by_name(client: FlaskClient, missing: str) -> None:
    response = client.post("/v1/accounts", json={key: GOOD[key] for key in GOOD if key != missing})
    assert pointers(response) == {f"/{missing}"}


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"email": '])
def test_what_is_not_json_is_malformed(client: FlaskClient, body: bytes) -> None:
    response = client.post("/v1/accounts", data=body, content_type="application/json")
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"text"'])
def test_what_is_not_an_object_is_invalid(client: FlaskClient, body: bytes) -> None:
    assert client.post("/v1/accounts", data=body, content_type="application/json").status_code == 422


def test_another_content_type_is_refused(client: FlaskClient) -> None:
    assert client.post("/v1/accounts", data=GOOD).status_code == 415


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    response = client.post("/v1/accounts", json=GOOD | {"name": "x" * 2_000_000})
    assert response.status_code == 413
    assert response.content_type == "application/problem+json"


def test_the_same_idempotency_key_makes_one_account(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "once"}
    first, second = (client.post("/v1/accounts", json=GOOD, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json


def test_the_same_idempotency_key_with_another_body_is_refused(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "once"}
    client.post("/v1/accounts", json=GOOD, headers=headers)
    assert client.post("/v1/accounts", json=GOOD | {"name": "Bob"}, headers=headers).status_code == 422


def test_a_failed_attempt_does_not_use_up_its_idempotency_key(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "once"}
    assert client.post("/v1/accounts", json=GOOD | {"name": ""}, headers=headers).status_code == 422
    assert client.post("/v1/accounts", json=GOOD, headers=headers).status_code == 201
