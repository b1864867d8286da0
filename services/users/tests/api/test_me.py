"""GET, PATCH and DELETE of /v1/me, and /v1/me/password."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, person, sign_in, sign_up

from chassis.testing import FakeClock, FakePublisher, GoneAccountContract
from users.wiring import Stores

ANOTHER = "another good password"


def test_one_reads_ones_own_profile(client: FlaskClient) -> None:
    ada = person(client)
    response = ada.get("/v1/me")
    assert response.status_code == 200
    assert (response.json["id"], response.json["email"]) == (ada.account_id, ada.email)
    assert response.headers["Cache-Control"] == "private, no-cache"


def test_an_unchanged_profile_is_not_sent_again(client: FlaskClient) -> None:
    ada = person(client)
    etag = ada.get("/v1/me").headers["ETag"]
    response = ada.get("/v1/me", headers={"If-None-Match": etag})
    assert (response.status_code, response.data) == (304, b"")


def test_a_change_of_the_name_is_answered_with_the_new_profile(client: FlaskClient) -> None:
    ada = person(client)
    response = ada.patch("/v1/me", {"name": "Countess"})
    assert (response.status_code, response.json["name"]) == (200, "Countess")
    assert response.headers["ETag"] == ada.get("/v1/me").headers["ETag"] == '"2"'


def test_another_address_does_not_count_before_it_is_confirmed(client: FlaskClient) -> None:
    ada = person(client)
    assert ada.patch("/v1/me", {"email": "countess@example.com"}).json["email"] == ada.email
    assert sign_in(client, "countess@example.com").status_code == 401
    assert sign_in(client, ada.email).status_code == 201
    assert sign_up(client, "countess@example.com")["email"] == "countess@example.com"


def test_nothing_tells_whether_another_address_is_taken(client: FlaskClient) -> None:
    sign_up(client, "bob@example.com")
    ada = person(client)
    free, taken = (ada.patch("/v1/me", {"email": email}) for email in ("b@example.com", "BOB@example.com"))
    assert (free.status_code, free.json) == (taken.status_code, taken.json)
    assert {name for name, _ in free.headers} == {name for name, _ in taken.headers}


def test_another_spelling_of_ones_own_address_counts_at_once(client: FlaskClient) -> None:
    ada = person(client, "ada@example.com")
    assert ada.patch("/v1/me", {"email": "Ada@example.com"}).json["email"] == "Ada@example.com"


def test_a_change_from_a_stale_copy_is_refused(client: FlaskClient) -> None:
    ada = person(client)
    ada.patch("/v1/me", {"name": "Countess"})
    response = ada.patch("/v1/me", {"name": "Augusta"}, headers={"If-Match": '"1"'})
    assert response.status_code == 412
    assert ada.patch("/v1/me", {"name": "Augusta"}, headers={"If-Match": '"2"'}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [{"name": None}, {"name": ""}, {"email": None}, {"email": "x"}, {"id": "x"}, {"email_verified": True}],
)
def test_a_wrong_change_is_refused(client: FlaskClient, body: dict[str, object]) -> None:
    assert person(client).patch("/v1/me", body).status_code == 422


def test_an_empty_change_changes_nothing(client: FlaskClient) -> None:
    ada = person(client)
    assert ada.patch("/v1/me", {}).headers["ETag"] == '"1"'


def test_erasing_the_account_ends_everything_and_tells_the_others(
    client: FlaskClient, stores: Stores
) -> None:
    ada = person(client)
    response = ada.delete("/v1/me")
    assert (response.status_code, response.json) == (202, {"status": "erasing"})
    assert ada.get("/v1/me").status_code == ada.delete("/v1/me").status_code == 401
    assert sign_in(client, ada.email).status_code == 401
    publisher = FakePublisher()
    stores.outbox.drain(10, publisher.publish)
    assert [(event.type, event.subject) for event in publisher.published] == [
        ("users.account.created.v1", ada.account_id),
        ("users.account.deleted.v1", ada.account_id),
    ]


def test_the_address_of_an_erased_account_is_free_again(client: FlaskClient) -> None:
    ada = person(client)
    ada.delete("/v1/me")
    assert sign_up(client, ada.email)["id"] != ada.account_id


def test_a_new_password_replaces_the_old_one_and_ends_the_other_sessions(client: FlaskClient) -> None:
    ada = person(client)
    phone = sign_in(client, ada.email).json
    response = ada.post("/v1/me/password", {"current": PASSWORD, "new": ANOTHER})
    assert (response.status_code, response.data) == (204, b"")
    assert ada.get("/v1/me").status_code == 200
    assert (
        client.get("/v1/me", headers={"Authorization": f"Bearer {phone['access_token']}"}).status_code == 401
    )
    assert sign_in(client, ada.email).status_code == 401
    assert sign_in(client, ada.email, ANOTHER).status_code == 201


def test_the_current_password_must_be_right(client: FlaskClient) -> None:
    ada = person(client)
    assert ada.post("/v1/me/password", {"current": "wrong", "new": ANOTHER}).status_code == 403
    assert sign_in(client, ada.email).status_code == 201


def test_guessing_the_current_password_is_slowed_down(client: FlaskClient) -> None:
    ada = person(client)
    body = {"current": "wrong", "new": ANOTHER}
    statuses = [ada.post("/v1/me/password", body).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]


@pytest.mark.parametrize(("method", "change"), [("PATCH", {"email": "thief@example.com"}), ("DELETE", {})])
def test_an_old_session_alone_does_not_take_the_account_away(
    client: FlaskClient, clock: FakeClock, method: str, change: dict[str, str]
) -> None:
    ada = person(client)

    def attempt(**password: str) -> int:
        answer = client.open("/v1/me", method=method, headers=ada.headers, json=change | password)
        return answer.status_code

    clock.advance(16 * 60)
    ada.tokens = client.post("/v1/sessions/refresh", json={"refresh_token": ada.tokens["refresh_token"]}).json
    assert attempt() == attempt(password="not the right one") == 403
    assert ada.get("/v1/me").json["email"] == ada.email
    assert ada.patch("/v1/me", {"name": "Countess"}).status_code == 200
    assert attempt(password=PASSWORD) in {200, 202}


def test_whoever_has_just_signed_in_erases_the_account_without_a_password(
    client: FlaskClient, clock: FakeClock
) -> None:
    ada = person(client)
    clock.advance(16 * 60)
    assert client.delete("/v1/me", headers=ada.headers).status_code in {401, 403}
    ada.tokens = sign_in(client, ada.email).json
    assert ada.delete("/v1/me").status_code == 202


def test_guessing_the_password_to_erase_with_is_slowed_down(client: FlaskClient) -> None:
    ada = person(client)
    body = {"password": "wrong"}
    statuses = [client.delete("/v1/me", json=body, headers=ada.headers).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]


@pytest.mark.parametrize("new", ["short", "password123", "x" * 129])
def test_the_new_password_must_be_good(client: FlaskClient, new: str) -> None:
    response = person(client).post("/v1/me/password", {"current": PASSWORD, "new": new})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json["errors"]] == ["/new"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/me"),
        ("PATCH", "/v1/me"),
        ("DELETE", "/v1/me"),
        ("POST", "/v1/me/password"),
        ("POST", "/v1/me/storage-credentials"),
        ("GET", "/v1/sessions"),
        ("DELETE", "/v1/sessions/current"),
        ("DELETE", "/v1/sessions/019a0000-0000-7000-8000-000000000000"),
    ],
)
def test_nothing_of_ones_own_is_open_to_strangers(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method, json={})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.content_type == "application/problem+json"


class TestErasure(GoneAccountContract):
    """What every service does with a token that outlives its account."""

    @pytest.fixture
    def gone(self, client: FlaskClient) -> dict[str, str]:
        ada = person(client)
        assert ada.delete("/v1/me").status_code == 202
        return ada.headers
