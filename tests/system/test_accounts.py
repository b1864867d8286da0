"""Accounts: signing up, the profile, and closing the account."""

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


def test_an_address_can_be_changed_and_signs_in(anna, anyone):
    email = address()
    changed = answer(anna.client.patch("users", "/v1/me", {"email": email}))
    assert changed["email"] == email
    assert changed["email_verified"] is False
    sign_in(anyone, email, PASSWORD)


def test_nobody_can_take_an_address_that_is_in_use(anna, ben):
    problem(anna.client.patch("users", "/v1/me", {"email": ben.email}), 409)


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
