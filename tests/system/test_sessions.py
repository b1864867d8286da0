"""Sessions: signing in, refresh with rotation and reuse detection, devices, signing out, passwords."""

import threading
import time

import pytest
from tests.system.client import PASSWORD, sign_in
from tests.system.expect import answer, empty, is_id, problem

NEW_PASSWORD = "another-battery-staple-7"


def refresh(client, token):
    return client.post("users", "/v1/sessions/refresh", {"refresh_token": token})


def test_signing_in_answers_a_session(anna):
    assert is_id(anna.session["session_id"])
    assert anna.session["token_type"] == "Bearer"
    assert anna.session["expires_in"] == 600
    assert anna.session["access_token"].count(".") == 2
    assert anna.session["refresh_token"]


def test_tokens_are_not_to_be_stored_by_anyone(anyone, anna):
    body = {"email": anna.email, "password": anna.password}
    assert "no-store" in anyone.post("users", "/v1/sessions", body).headers["Cache-Control"]


def test_an_address_signs_in_in_any_case(anyone, anna):
    sign_in(anyone, anna.email.upper(), anna.password)


def test_a_wrong_password_and_an_unknown_address_look_alike(anyone, anna):
    wrong = problem(
        anyone.post("users", "/v1/sessions", {"email": anna.email, "password": "wrong-password-1"}), 401
    )
    body = {"email": f"no.{anna.email}", "password": "wrong-password-1"}
    unknown = problem(anyone.post("users", "/v1/sessions", body), 401)
    assert (wrong["title"], wrong["detail"], wrong["type"]) == (
        unknown["title"],
        unknown["detail"],
        unknown["type"],
    )


def test_repeated_failures_are_slowed_down(anyone, anna):
    body = {"email": anna.email, "password": "wrong-password-1"}
    statuses = []
    for _ in range(40):
        response = anyone.post("users", "/v1/sessions", body, patient=False)
        statuses.append(response.status_code)
        if response.status_code == 429:
            break
    problem(response, 429)
    assert int(response.headers["Retry-After"]) > 0
    assert set(statuses) == {401, 429}


def test_slowing_down_one_account_leaves_another_alone(anyone, anna, ben):
    body = {"email": anna.email, "password": "wrong-password-1"}
    for _ in range(40):
        if anyone.post("users", "/v1/sessions", body, patient=False).status_code == 429:
            break
    sign_in(anyone, ben.email, ben.password)


@pytest.mark.parametrize("body", [{}, {"email": "a@example.com"}, {"email": 1, "password": PASSWORD}])
def test_a_session_needs_an_address_and_a_password(anyone, body):
    problem(anyone.post("users", "/v1/sessions", body), 422)


def test_an_unknown_transport_is_refused(anyone, anna):
    body = {"email": anna.email, "password": anna.password, "transport": "pigeon"}
    problem(anyone.post("users", "/v1/sessions", body), 422, pointer="/transport")


def test_a_refreshed_pair_works_and_is_new(anyone, anna):
    pair = answer(refresh(anyone, anna.session["refresh_token"]))
    assert pair["refresh_token"] != anna.session["refresh_token"]
    assert pair["access_token"] != anna.session["access_token"]
    answer(anyone.as_(pair["access_token"]).get("users", "/v1/me"))
    answer(anyone.as_(pair["access_token"]).get("todos", "/v1/todos"))


def test_a_refreshed_session_is_the_same_session(anyone, anna):
    assert answer(refresh(anyone, anna.session["refresh_token"]))["session_id"] == anna.session["session_id"]


def test_two_refreshes_at_once_both_succeed(anyone, anna):
    answers = []
    barrier = threading.Barrier(2)

    def go():
        client = anyone.again()
        barrier.wait()
        answers.append(refresh(client, anna.session["refresh_token"]))

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pairs = [answer(response) for response in answers]
    for pair in pairs:
        answer(anyone.as_(pair["access_token"]).get("users", "/v1/me"))


def test_a_refresh_token_used_again_after_the_grace_revokes_the_family(anyone, anna):
    stolen = anna.session["refresh_token"]
    pair = answer(refresh(anyone, stolen))
    time.sleep(11)
    problem(refresh(anyone, stolen), 401)
    problem(refresh(anyone, pair["refresh_token"]), 401)


def test_a_chain_of_refreshes_goes_on(anyone, anna):
    token = anna.session["refresh_token"]
    for _ in range(5):
        token = answer(refresh(anyone, token))["refresh_token"]


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "a.b.c", "ü", 3, None])
def test_a_made_up_refresh_token_is_refused(anyone, token):
    assert refresh(anyone, token).status_code in {401, 422}


def test_an_access_token_does_not_refresh(anyone, anna):
    assert refresh(anyone, anna.session["access_token"]).status_code in {401, 422}


def test_a_refresh_without_any_token_is_refused(anyone):
    response = anyone.post("users", "/v1/sessions/refresh", {})
    assert response.status_code in {401, 422}
    problem(response, response.status_code)


def test_with_transport_cookie_the_refresh_token_is_only_in_a_guarded_cookie(anyone, anna):
    body = {"email": anna.email, "password": anna.password, "transport": "cookie"}
    response = anyone.post("users", "/v1/sessions", body)
    assert not answer(response, 201).get("refresh_token")
    cookie = response.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "secure" in cookie
    assert "samesite=" in cookie
    assert "samesite=none" not in cookie


def test_the_cookie_refreshes_and_rotates(anyone, anna):
    body = {"email": anna.email, "password": anna.password, "transport": "cookie"}
    first = anyone.post("users", "/v1/sessions", body)
    cookie = first.headers["Set-Cookie"].split(";")[0]
    again = anyone.as_(None).call("POST", "users", "/v1/sessions/refresh", headers={"Cookie": cookie})
    pair = answer(again)
    assert not pair.get("refresh_token")
    assert again.headers["Set-Cookie"].split(";")[0] != cookie
    answer(anyone.as_(pair["access_token"]).get("users", "/v1/me"))


def test_devices_are_listed_and_say_which_is_this_one(anna):
    other = anna.sign_in()
    sessions = answer(anna.client.get("users", "/v1/sessions"))["items"]
    ids = {session.get("id") or session.get("session_id") for session in sessions}
    assert ids == {anna.session["session_id"], other["session_id"]}
    assert "token" not in str([list(session) for session in sessions])


def test_signing_out_ends_the_session(anyone, anna):
    empty(anna.client.delete("users", "/v1/sessions/current"))
    problem(refresh(anyone, anna.session["refresh_token"]), 401)


def test_signing_out_one_device_leaves_the_others(anyone, anna):
    other = anna.sign_in()
    empty(anna.client.delete("users", f"/v1/sessions/{other['session_id']}"))
    problem(refresh(anyone, other["refresh_token"]), 401)
    answer(refresh(anyone, anna.session["refresh_token"]))


def test_nobody_ends_somebody_elses_session(anyone, anna, ben):
    problem(anna.client.delete("users", f"/v1/sessions/{ben.session['session_id']}"), 404)
    answer(refresh(anyone, ben.session["refresh_token"]))


def test_a_new_password_ends_the_other_sessions_only(anyone, anna):
    other = anna.sign_in()
    body = {"current": anna.password, "new": NEW_PASSWORD}
    empty(anna.client.post("users", "/v1/me/password", body))
    problem(refresh(anyone, other["refresh_token"]), 401)
    answer(refresh(anyone, anna.session["refresh_token"]))


def test_a_new_password_replaces_the_old(anyone, anna):
    empty(anna.client.post("users", "/v1/me/password", {"current": anna.password, "new": NEW_PASSWORD}))
    old = {"email": anna.email, "password": anna.password}
    problem(anyone.post("users", "/v1/sessions", old), 401)
    sign_in(anyone, anna.email, NEW_PASSWORD)


def test_a_password_is_not_changed_without_the_present_one(anyone, anna):
    response = anna.client.post(
        "users", "/v1/me/password", {"current": "not-this-one-1", "new": NEW_PASSWORD}
    )
    assert response.status_code in {401, 403, 422}
    problem(response, response.status_code)
    sign_in(anyone, anna.email, anna.password)


def test_a_weak_new_password_is_refused(anna):
    body = {"current": anna.password, "new": "1234567890"}
    problem(anna.client.post("users", "/v1/me/password", body), 422, pointer="/new")
