"""POST, GET and DELETE of /v1/sessions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, person, settings, sign_in, sign_up

from chassis.http.pagination import PageQuery, encode_cursor
from chassis.testing import FakeClock
from users.app import create_app
from users.wiring import Stores


def test_signing_in_answers_a_pair_of_tokens(client: FlaskClient) -> None:
    response = sign_in(client, sign_up(client)["email"])
    assert response.status_code == 201
    assert set(response.json) == {"session_id", "access_token", "token_type", "expires_in", "refresh_token"}
    assert (response.json["token_type"], response.json["expires_in"]) == ("Bearer", 600)
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("typed", [" ada@example.com", "ada@example.com\t", "\u00a0ada@example.com \n"])
def test_spaces_around_the_address_do_not_matter(client: FlaskClient, typed: str) -> None:
    assert sign_up(client, f" {typed}\u3000")["email"] == "ada@example.com"
    assert sign_in(client, typed).status_code == 201
    assert sign_in(client, "ada@example.com").status_code == 201


def test_the_letters_case_of_the_address_does_not_matter(client: FlaskClient) -> None:
    sign_up(client, "ada@example.com")
    assert sign_in(client, "ADA@Example.Com").status_code == 201


@pytest.mark.parametrize("email", ["nobody@example.com", "no address", "\0"])
def test_an_unknown_address_and_a_wrong_password_are_answered_alike(client: FlaskClient, email: str) -> None:
    wrong = sign_in(client, sign_up(client)["email"], "another password")
    unknown = sign_in(client, email)
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json["detail"] == unknown.json["detail"]
    assert wrong.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "change", [{"transport": "pigeon"}, {"password": ""}, {"email": ""}, {"email": "x" * 300}, {"more": 1}]
)
def test_a_wrong_field_is_refused(client: FlaskClient, change: dict[str, object]) -> None:
    body = {"email": "ada@example.com", "password": PASSWORD} | change
    assert client.post("/v1/sessions", json=body).status_code == 422


def test_repeated_failures_are_asked_to_wait_even_with_the_right_password(
    client: FlaskClient, clock: FakeClock
) -> None:
    email = sign_up(client)["email"]
    assert [sign_in(client, email, "wrong").status_code for _ in range(5)] == [401] * 5
    response = sign_in(client, email)
    assert response.status_code == 429
    clock.advance(int(response.headers["Retry-After"]))
    assert sign_in(client, email).status_code == 201
    assert sign_in(client, email, "wrong").status_code == 401


def test_one_password_tried_on_many_accounts_is_stopped_per_network(
    client: FlaskClient, clock: FakeClock
) -> None:
    emails = [sign_up(client)["email"] for _ in range(3)]
    tried = [sign_in(client, f"{number}@example.com", "Spring2026!!").status_code for number in range(40)]
    assert (tried.count(401), tried.count(429)) == (30, 10)
    refused = sign_in(client, emails[0])
    assert refused.status_code == 429
    body = {"email": emails[1], "password": PASSWORD}
    elsewhere = client.post("/v1/sessions", json=body, headers={"X-Forwarded-For": "198.51.100.1"})
    assert elsewhere.status_code == 201
    clock.advance(int(refused.headers["Retry-After"]))
    assert sign_in(client, emails[2]).status_code == 201


def test_more_sign_ins_at_once_than_there_is_room_for_are_asked_to_come_back(
    stores: Stores, clock: FakeClock
) -> None:
    narrow = settings(password_hash_concurrency=1, password_hash_waiting=1)
    app = create_app(narrow, parts=stores, clock=clock)
    email = sign_up(app.test_client())["email"]

    def attempt(_number: int) -> Any:
        return sign_in(app.test_client(), email)

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(attempt, range(36)))
    refused = [answer for answer in answers if answer.status_code != 201]
    assert {answer.status_code for answer in refused} == {429}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert sign_in(app.test_client(), email).status_code == 201


def test_failures_from_one_address_do_not_lock_out_another(client: FlaskClient) -> None:
    email = sign_up(client)["email"]
    for _ in range(7):
        sign_in(client, email, "wrong")
    body = {"email": email, "password": PASSWORD}
    response = client.post("/v1/sessions", json=body, headers={"X-Forwarded-For": "198.51.100.1"})
    assert response.status_code == 201


def test_the_list_shows_ones_devices_newest_first(client: FlaskClient, clock: FakeClock) -> None:
    ada = person(client)
    clock.advance(60)
    headers = {"User-Agent": "Phone/1.0", "X-Forwarded-For": "198.51.100.1"}
    client.post("/v1/sessions", json={"email": ada.email, "password": PASSWORD}, headers=headers)
    person(client)
    phone, desk = ada.get("/v1/sessions").json["items"]
    assert (phone["user_agent"], phone["address"], phone["current"]) == ("Phone/1.0", "198.51.100.1", False)
    assert (desk["id"], desk["current"]) == (ada.tokens["session_id"], True)
    assert phone["created_at"] == phone["last_used_at"] == "2026-01-31T12:01:00.000Z"


def test_the_list_comes_in_pages(client: FlaskClient) -> None:
    ada = person(client)
    for _ in range(4):
        sign_in(client, ada.email)
    found, cursor = [], ""
    while cursor is not None:
        page = ada.get(f"/v1/sessions?limit=2{cursor and '&cursor=' + cursor}").json
        found += [session["id"] for session in page["items"]]
        cursor = page["next_cursor"]
    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize("position", [{}, {"before": 1}, {"before": "x"}, {"before": None}])
def test_a_cursor_that_is_not_ours_is_refused(client: FlaskClient, position: dict[str, object]) -> None:
    ada, forged = person(client), encode_cursor(position, PageQuery().fingerprint())
    assert ada.get(f"/v1/sessions?cursor={forged}").status_code == 422
    assert ada.get("/v1/sessions?cursor=nonsense").status_code == 422


def test_a_list_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    ada = person(client)
    etag = ada.get("/v1/sessions").headers["ETag"]
    assert ada.get("/v1/sessions", headers={"If-None-Match": etag}).status_code == 304


def test_signing_out_ends_the_session_at_once(client: FlaskClient) -> None:
    ada = person(client)
    response = ada.delete("/v1/sessions/current")
    assert (response.status_code, response.data) == (204, b"")
    assert ada.get("/v1/me").status_code == 401
    refresh = client.post("/v1/sessions/refresh", json={"refresh_token": ada.tokens["refresh_token"]})
    assert refresh.status_code == 401


def test_another_device_can_be_signed_out(client: FlaskClient) -> None:
    ada = person(client)
    phone = sign_in(client, ada.email).json
    assert ada.delete(f"/v1/sessions/{phone['session_id']}").status_code == 204
    headers = {"Authorization": f"Bearer {phone['access_token']}"}
    assert client.get("/v1/me", headers=headers).status_code == 401
    assert ada.get("/v1/me").status_code == 200


def test_another_persons_session_is_not_there(client: FlaskClient) -> None:
    ada, bob = person(client), person(client)
    assert ada.delete(f"/v1/sessions/{bob.tokens['session_id']}").status_code == 404
    assert bob.get("/v1/me").status_code == 200


@pytest.mark.parametrize("session_id", ["019a0000-0000-7000-8000-000000000000", "not-an-id"])
def test_a_session_that_is_not_there_cannot_be_ended(client: FlaskClient, session_id: str) -> None:
    response = person(client).delete(f"/v1/sessions/{session_id}")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_a_sign_in_is_never_answered_from_an_idempotency_key(client: FlaskClient) -> None:
    ada = person(client)
    body, headers = {"email": ada.email, "password": PASSWORD}, {"Idempotency-Key": "once"}
    first, second = (client.post("/v1/sessions", json=body, headers=headers) for _ in range(2))
    assert first.json["session_id"] != second.json["session_id"]
    ada.post("/v1/me/password", {"current": PASSWORD, "new": "another good password"})
    assert client.post("/v1/sessions", json=body, headers=headers).status_code == 401
