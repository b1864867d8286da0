"""The main calls once more, on the real stores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, person, sign_in, sign_up

from chassis.testing import FakeClock


def test_an_account_signs_in_and_reads_itself(postgres_client: FlaskClient) -> None:
    ada = person(postgres_client)
    response = ada.get("/v1/me")
    assert response.status_code == 200
    assert response.json["id"] == ada.account_id
    assert response.headers["ETag"] == '"1"'


def test_of_many_sign_ups_with_one_address_one_succeeds(postgres_client: FlaskClient) -> None:
    def attempt(number: int) -> int:
        address = "same@example.com" if number % 2 else "SAME@example.com"
        body = {"email": address, "password": PASSWORD, "name": f"Number {number}"}
        return postgres_client.application.test_client().post("/v1/accounts", json=body).status_code

    with ThreadPoolExecutor(6) as threads:
        statuses = list(threads.map(attempt, range(6)))
    assert statuses.count(201) == 1
    assert set(statuses) <= {201, 409, 429}  # more than can be hashed at once are told to come again


def test_concurrent_refreshes_of_one_token_all_get_the_same_successor(postgres_client: FlaskClient) -> None:
    tokens = person(postgres_client).tokens

    def refresh(_number: int) -> str:
        client = postgres_client.application.test_client()
        response = client.post("/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert response.status_code == 200, response.text
        return str(response.json["refresh_token"])

    with ThreadPoolExecutor(6) as threads:
        successors = set(threads.map(refresh, range(6)))
    assert len(successors) == 1
    last = postgres_client.post("/v1/sessions/refresh", json={"refresh_token": successors.pop()})
    assert last.status_code == 200


def test_a_token_used_again_later_ends_the_session(postgres_client: FlaskClient, clock: FakeClock) -> None:
    ada = person(postgres_client)
    first = {"refresh_token": ada.tokens["refresh_token"]}
    newest = postgres_client.post("/v1/sessions/refresh", json=first).json["refresh_token"]
    clock.advance(11)
    assert postgres_client.post("/v1/sessions/refresh", json=first).status_code == 401
    assert postgres_client.post("/v1/sessions/refresh", json={"refresh_token": newest}).status_code == 401
    assert ada.get("/v1/me").status_code == 401


def test_failed_sign_ins_are_counted(postgres_client: FlaskClient) -> None:
    created = sign_up(postgres_client)
    statuses = [sign_in(postgres_client, created["email"], "wrong password").status_code for _ in range(6)]
    assert statuses == [401, 401, 401, 401, 401, 429]


def test_an_erased_account_is_gone(postgres_client: FlaskClient) -> None:
    ada = person(postgres_client)
    assert ada.delete("/v1/me").status_code == 202
    assert ada.get("/v1/me").status_code == 401
    assert sign_in(postgres_client, ada.email).status_code == 401


def test_the_same_idempotency_key_makes_one_account(postgres_client: FlaskClient) -> None:
    body = {"email": "twice@example.com", "password": PASSWORD, "name": "Twice"}
    headers = {"Idempotency-Key": "once"}
    first = postgres_client.post("/v1/accounts", json=body, headers=headers)
    second = postgres_client.post("/v1/accounts", json=body, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json


def test_the_service_is_ready_when_its_database_is(postgres_client: FlaskClient) -> None:
    response = postgres_client.get("/readyz")
    assert response.status_code == 200, response.text
    assert set(response.json["checks"]) == {"postgres", "signing_keys"}
