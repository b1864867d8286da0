"""Accounts: signing up, the profile, and closing the account."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.system.client import PASSWORD, address, sign_in
from tests.system.expect import answer, empty, eventually, is_id, is_time, problem


def test_signing_up_answers_the_account(anyone):
    email = address()
    account = answer(
        anyone.post("users", "/v1/accounts", {"email": email, "password": PASSWORD, "name": "Zoë 🌷"}), 201
    )
    assert is_id(account["id"])
    assert is_time(account["created_at"])
    assert account["email"] == email
    assert account["name"] == "Zoë 🌷"
    assert account["email_verified"] is False


def test_an_account_never_shows_a_password(anyone):
    body = {"email": address(), "password": PASSWORD, "name": "Anna"}
    assert PASSWORD not in anyone.post("users", "/v1/accounts", body).text


@pytest.mark.parametrize("change", [str, str.upper, str.title])
def test_an_address_is_taken_once_however_it_is_written(anyone, anna, change):
    body = {"email": change(anna.email), "password": PASSWORD, "name": "Second"}
    problem(anyone.post("users", "/v1/accounts", body), 409)


@pytest.mark.parametrize("password", ["short-9", "123456789", "1234567890", "password123", "qwertyuiop"])
def test_a_weak_password_is_refused(anyone, password):
    body = {"email": address(), "password": password, "name": "Anna"}
    problem(anyone.post("users", "/v1/accounts", body), 422, pointer="/password")


@pytest.mark.parametrize(
    "email",
    ["", "anna", "anna@", "@example.com", "a b@example.com", "a@b@example.com", "x" * 400 + "@example.com",
     "anna@exam\nple.com", "anna@example.com\0"],
)  # fmt: skip
def test_an_impossible_address_is_refused(anyone, email):
    body = {"email": email, "password": PASSWORD, "name": "Anna"}
    problem(anyone.post("users", "/v1/accounts", body), 422, pointer="/email")


@pytest.mark.parametrize("name", ["", "n" * 10_000, "a\0b", "a\x1bb", 7, None, ["Anna"]])
def test_an_impossible_name_is_refused(anyone, name):
    body = {"email": address(), "password": PASSWORD, "name": name}
    problem(anyone.post("users", "/v1/accounts", body), 422, pointer="/name")


@pytest.mark.parametrize("missing", ["email", "password", "name"])
def test_every_field_of_an_account_is_needed(anyone, missing):
    body = {"email": address(), "password": PASSWORD, "name": "Anna"}
    del body[missing]
    problem(anyone.post("users", "/v1/accounts", body), 422, pointer=f"/{missing}")


def test_unknown_fields_are_refused(anyone):
    body = {"email": address(), "password": PASSWORD, "name": "Anna", "email_verified": True}
    problem(anyone.post("users", "/v1/accounts", body), 422, pointer="/email_verified")


def test_a_very_long_password_is_refused_and_not_hashed(anyone):
    body = {"email": address(), "password": "p9-" * 10_000, "name": "Anna"}
    problem(anyone.post("users", "/v1/accounts", body), 422, pointer="/password")


def test_the_profile_is_the_account(anna):
    me = answer(anna.client.get("users", "/v1/me"))
    assert me["id"] == anna.id
    assert me["email"] == anna.email
    assert me["name"] == anna.name


def test_an_unchanged_profile_is_not_sent_again(anna):
    first = anna.client.get("users", "/v1/me")
    again = anna.client.get("users", "/v1/me", headers={"If-None-Match": first.headers["ETag"]})
    empty(again, 304)


def test_a_name_can_be_changed(anna):
    assert answer(anna.client.patch("users", "/v1/me", {"name": "Änna"}))["name"] == "Änna"
    assert answer(anna.client.get("users", "/v1/me"))["name"] == "Änna"


def test_nothing_tells_whether_an_address_has_an_account(anna, ben):
    free, taken = (anna.client.patch("users", "/v1/me", {"email": email}) for email in (address(), ben.email))
    assert answer(free) == answer(taken)
    assert answer(taken)["email"] == anna.email


def test_another_address_signs_in_once_the_link_in_the_mail_was_followed(anna, anyone, mailed):
    email = address()
    assert answer(anna.client.patch("users", "/v1/me", {"email": email}))["email"] == anna.email
    body = {"token": token_in(mailed(email))}
    empty(anyone.post("users", "/v1/email-verifications/confirm", body), 204)
    me = answer(anna.client.get("users", "/v1/me"))
    assert (me["email"], me["email_verified"]) == (email, True)
    sign_in(anyone, email, PASSWORD)
    problem(anyone.post("users", "/v1/email-verifications/confirm", body), 422, pointer="/token")


def test_ones_own_address_is_confirmed_by_mail(anna, anyone, mailed):
    empty(anna.client.post("users", "/v1/email-verifications"), 202)
    body = {"token": token_in(mailed(anna.email))}
    empty(anyone.post("users", "/v1/email-verifications/confirm", body), 204)
    assert answer(anna.client.get("users", "/v1/me"))["email_verified"] is True


def test_what_is_due_is_mailed_to_who_wants_it_until_a_click_in_the_mail(anna, anyone, mailed):
    empty(anna.client.post("users", "/v1/email-verifications"), 202)
    body = {"token": token_in(mailed(anna.email))}
    empty(anyone.post("users", "/v1/email-verifications/confirm", body), 204)
    wanted = answer(anna.client.patch("users", "/v1/me", {"reminders_by_mail": True}))
    assert wanted["reminders_by_mail"] is True
    soon = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    anna.todo("Water <b>the flowers</b>", due_at=soon)
    mail = mailed(anna.email, "Due: Water")
    assert "Water <b>the flowers</b>" in mail["text"]
    assert "<b>" not in mail["html"]
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    one_click = mail["headers"]["List-Unsubscribe"].strip("<>")
    path = one_click.removeprefix(anyone.environment.origin("users"))
    ended = anyone.post("users", path, data={"List-Unsubscribe": "One-Click"})
    assert ended.status_code == 200, ended.text
    assert answer(anna.client.get("users", "/v1/me"))["reminders_by_mail"] is False


def test_the_owner_of_a_taken_address_is_told_by_mail_and_keeps_it(anna, ben, mailed):
    answer(anna.client.patch("users", "/v1/me", {"email": ben.email}))
    mail = mailed(ben.email)
    assert mail["links"] == []
    assert "already" in mail["subject"]
    assert answer(ben.client.get("users", "/v1/me"))["email"] == ben.email


def token_in(mail):
    """Return the token of the mail's one link, which leads to the app."""
    [link] = mail["links"]
    assert "/verify-email#token=" in link
    return link.partition("#token=")[2]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"email": "nobody"}, "/email"),
        ({"id": "x"}, "/id"),
        ({"scopes": ["x"]}, "/scopes"),
    ],
)
def test_a_wrong_change_of_the_profile_is_refused(anna, body, pointer):
    problem(anna.client.patch("users", "/v1/me", body), 422, pointer=pointer)


def test_a_closed_account_cannot_sign_in(anna, anyone):
    anna.close_account()
    credentials = {"email": anna.email, "password": anna.password}
    problem(anyone.post("users", "/v1/sessions", credentials), 401)


def test_a_closed_account_is_not_served_and_its_refresh_token_is_dead(anna, anyone):
    anna.close_account()
    problem(anna.client.get("users", "/v1/me"), 401)
    refresh = {"refresh_token": anna.session["refresh_token"]}
    problem(anyone.post("users", "/v1/sessions/refresh", refresh), 401)


def test_the_address_of_a_closed_account_is_free_again(anna, anyone):
    anna.close_account()
    body = {"email": anna.email, "password": PASSWORD, "name": "Anew"}

    def sign_up_again():
        return anyone.post("users", "/v1/accounts", body).status_code == 201

    eventually(sign_up_again, "the address is free")
    token = sign_in(anyone, anna.email, PASSWORD)["access_token"]
    assert answer(anyone.as_(token).get("todos", "/v1/todos"))["items"] == []
    anyone.as_(token).delete("users", "/v1/me")
