"""Reminders by mail are asked for in the profile, and ended there or by the link in a mail."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import Person, person, settings

from users.wiring import Stores, preferences_of

PATH = "/v1/reminders/unsubscribe"


@pytest.fixture
def ada(client: FlaskClient) -> Person:
    """Somebody who has asked for reminders."""
    ada = person(client)
    assert ada.patch("/v1/me", {"reminders_by_mail": True}).json["reminders_by_mail"] is True
    return ada


def token(stores: Stores, one: Person) -> str:
    """Return what a reminder to somebody's present address carries."""
    return preferences_of(settings(), stores).token(stores.accounts.get(UUID(one.account_id)))


def wants_reminders(one: Person) -> bool:
    found: bool = one.get("/v1/me").json["reminders_by_mail"]
    return found


def test_nobody_gets_reminders_unasked(client: FlaskClient) -> None:
    assert wants_reminders(person(client)) is False


def test_the_profile_turns_reminders_on_and_off_as_a_change_like_any_other(client: FlaskClient) -> None:
    ada = person(client)
    first = ada.get("/v1/me")
    on = ada.patch("/v1/me", {"reminders_by_mail": True}, headers={"If-Match": first.headers["ETag"]})
    assert (on.status_code, on.json) == (200, {**first.json, "reminders_by_mail": True})
    assert on.headers["ETag"] != first.headers["ETag"]
    same = ada.patch("/v1/me", {"reminders_by_mail": True})
    assert same.headers["ETag"] == on.headers["ETag"]
    assert ada.patch("/v1/me", {"name": "Countess"}).json["reminders_by_mail"] is True
    stale = ada.patch("/v1/me", {"reminders_by_mail": False}, headers={"If-Match": first.headers["ETag"]})
    assert stale.status_code == 412
    assert ada.patch("/v1/me", {"reminders_by_mail": False}).json["reminders_by_mail"] is False


@pytest.mark.parametrize("value", [None, "true", 1, "", []])
def test_only_true_and_false_are_taken(ada: Person, value: object) -> None:
    answer = ada.patch("/v1/me", {"reminders_by_mail": value})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json["errors"]} == {"/reminders_by_mail"}
    assert wants_reminders(ada)


def test_one_click_ends_the_reminders_without_signing_in(
    client: FlaskClient, stores: Stores, ada: Person
) -> None:
    ben = person(client)
    ben.patch("/v1/me", {"reminders_by_mail": True})
    form = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        answer = client.post(PATH, query_string={"token": token(stores, ada)}, data=form)
        assert answer.status_code == 200
    assert (wants_reminders(ada), wants_reminders(ben)) == (False, True)


def test_who_only_looks_at_the_link_ends_nothing_and_finds_a_button(
    client: FlaskClient, stores: Stores, ada: Person
) -> None:
    page = client.get(PATH, query_string={"token": token(stores, ada)})
    assert page.mimetype == "text/html"
    assert '<form method="post">' in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert wants_reminders(ada)


def test_the_answer_is_the_same_for_a_token_that_is_not_ours_and_nothing_is_ended(
    client: FlaskClient, stores: Stores, ada: Person
) -> None:
    good = token(stores, ada)
    foreign = token(stores, person(client)).partition(".")[2]
    made_up = [f"{ada.account_id}.{foreign}", ada.account_id, f"{ada.account_id}.", good[:-2], "x", "ü"]
    pages = {client.post(PATH, query_string={"token": one}).data for one in made_up}
    assert wants_reminders(ada)
    assert pages == {client.post(PATH, query_string={"token": good}).data}
    assert not wants_reminders(ada)


@pytest.mark.parametrize("query", [{}, {"token": ""}, {"token": "x" * 129}, {"token": "a\0b"}])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_can_be_no_token_is_refused(client: FlaskClient, method: str, query: dict[str, str]) -> None:
    answer = client.open(PATH, method=method, query_string=query)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/token"]


def test_a_mail_to_an_address_that_the_account_had_before_ends_nothing(
    client: FlaskClient, stores: Stores, ada: Person
) -> None:
    old = token(stores, ada)
    stores.accounts.change(
        UUID(ada.account_id), lambda one: replace(one, email="new@example.com", email_key="new@example.com")
    )
    assert client.post(PATH, query_string={"token": old}).status_code == 200
    assert wants_reminders(ada)


def test_the_link_of_an_account_that_is_erased_is_answered_like_any_other(
    client: FlaskClient, stores: Stores, ada: Person
) -> None:
    good = token(stores, ada)
    ada.delete("/v1/me")
    assert client.post(PATH, query_string={"token": good}).status_code == 200
