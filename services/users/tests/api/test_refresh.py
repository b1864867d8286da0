"""POST /v1/sessions/refresh, by body and by cookie."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, person, sign_in, sign_up

from chassis.testing import FakeClock

COOKIE = "__Secure-slipway_refresh"


def refresh(client: FlaskClient, token: str) -> Any:
    return client.post("/v1/sessions/refresh", json={"refresh_token": token})


def by_cookie(client: FlaskClient, cookie: str, **options: Any) -> Any:
    headers = {"Cookie": f"{COOKIE}={cookie}"} | options.pop("headers", {})
    return client.application.test_client(use_cookies=False).post(
        "/v1/sessions/refresh", headers=headers, **options
    )


def cookie_of(response: Any) -> str:
    name, _, rest = response.headers["Set-Cookie"].partition("=")
    assert name == COOKIE
    return str(rest.partition(";")[0])


@pytest.fixture
def cookie(client: FlaskClient) -> str:
    """The refresh cookie of somebody who has just signed in."""
    return cookie_of(sign_in(client, sign_up(client)["email"], transport="cookie"))


def test_a_refresh_answers_a_new_pair_that_works(client: FlaskClient) -> None:
    ada = person(client)
    response = refresh(client, ada.tokens["refresh_token"])
    assert response.status_code == 200
    assert set(response.json) == set(ada.tokens)
    ada.tokens = response.json
    assert ada.get("/v1/me").status_code == 200


def test_a_concurrent_retry_gets_a_working_pair(client: FlaskClient, clock: FakeClock) -> None:
    ada = person(client)
    refresh(client, ada.tokens["refresh_token"])
    clock.advance(10)
    retried = refresh(client, ada.tokens["refresh_token"])
    assert retried.status_code == 200
    assert refresh(client, retried.json["refresh_token"]).status_code == 200


def test_a_token_used_again_later_revokes_the_whole_family(client: FlaskClient, clock: FakeClock) -> None:
    ada = person(client)
    newer = refresh(client, ada.tokens["refresh_token"]).json
    clock.advance(10.5)
    assert refresh(client, ada.tokens["refresh_token"]).status_code == 401
    assert refresh(client, newer["refresh_token"]).status_code == 401
    headers = {"Authorization": f"Bearer {newer['access_token']}"}
    assert client.get("/v1/me", headers=headers).status_code == 401


@pytest.mark.parametrize("body", [{}, {"refresh_token": None}, {"refresh_token": "srt_unknown"}])
def test_without_a_good_token_there_is_nothing(client: FlaskClient, body: dict[str, str | None]) -> None:
    response = client.post("/v1/sessions/refresh", json=body)
    assert response.status_code == 401
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("body", [{"refresh_token": ""}, {"refresh_token": 7}, {"x": 1}])
def test_a_wrong_field_is_refused(client: FlaskClient, body: dict[str, object]) -> None:
    assert client.post("/v1/sessions/refresh", json=body).status_code == 422


def test_by_cookie_the_refresh_token_is_in_the_cookie_only(client: FlaskClient) -> None:
    response = sign_in(client, sign_up(client)["email"], transport="cookie")
    assert response.status_code == 201
    assert set(response.json) == {"session_id", "access_token", "token_type", "expires_in"}
    assert cookie_of(response) not in response.text
    assert {"HttpOnly", "Secure", "SameSite=Strict"} <= set(response.headers["Set-Cookie"].split("; "))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"json": {}},
        {"content_type": "application/json", "data": "{}"},
        {"content_type": "application/json"},
        {"content_type": "application/json; charset=utf-8", "data": ""},
    ],
)
def test_a_refresh_by_cookie_needs_no_body(client: FlaskClient, cookie: str, options: dict[str, Any]) -> None:
    response = by_cookie(client, cookie, **options)
    assert response.status_code == 200
    assert "refresh_token" not in response.json
    assert by_cookie(client, cookie_of(response)).status_code == 200


def test_our_own_page_may_use_the_cookie(client: FlaskClient, cookie: str) -> None:
    headers = {"Origin": "https://app.localhost:8443"}
    assert by_cookie(client, cookie, headers=headers).status_code == 200


def test_another_sites_page_may_not_use_the_cookie(client: FlaskClient, cookie: str) -> None:
    assert by_cookie(client, cookie, headers={"Origin": "https://evil.example"}).status_code == 403
    assert by_cookie(client, cookie, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_form_of_another_site_may_not_use_the_cookie(client: FlaskClient, cookie: str) -> None:
    assert by_cookie(client, cookie, data={"a": "b"}).status_code == 415
    assert by_cookie(client, cookie, data="{}", content_type="text/plain").status_code == 415


def test_an_empty_form_may_not_use_the_cookie(client: FlaskClient, cookie: str) -> None:
    response = by_cookie(client, cookie, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 415


@pytest.mark.parametrize("planted", ["srt_planted", ""])
def test_a_cookie_that_is_sent_twice_is_refused(client: FlaskClient, cookie: str, planted: str) -> None:
    for first, second in ((cookie, planted), (planted, cookie), (cookie, cookie)):
        response = by_cookie(client, f"{first}; {COOKIE}={second}")
        assert response.status_code == 400
        assert COOKIE in response.json["detail"]
    assert by_cookie(client, cookie).status_code == 200


def test_another_sites_page_may_not_sign_somebody_in(client: FlaskClient) -> None:
    body = {"email": sign_up(client)["email"], "password": PASSWORD, "transport": "cookie"}
    response = client.post("/v1/sessions", json=body, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403


def test_signing_out_takes_the_cookie_away(client: FlaskClient) -> None:
    assert "Max-Age=0" in person(client).delete("/v1/sessions/current").headers["Set-Cookie"]


def test_a_refresh_does_not_honour_an_idempotency_key(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "the same for two clients"}
    pairs = [person(client).tokens for _ in range(2)]
    answers = [
        client.post(
            "/v1/sessions/refresh", json={"refresh_token": pair["refresh_token"]}, headers=headers
        ).json
        for pair in pairs
    ]
    assert [answer["session_id"] for answer in answers] == [pair["session_id"] for pair in pairs]
