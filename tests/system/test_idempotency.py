"""`Idempotency-Key`: the same POST sent twice has one effect."""

import threading
from uuid import uuid4

import pytest
from tests.system.client import PASSWORD, address
from tests.system.expect import answer, problem


def key():
    return {"Idempotency-Key": uuid4().hex}


def at_once(account, send, count=6):
    """Run `send(client)` in `count` threads that begin together; return the responses."""
    barrier, responses = threading.Barrier(count), []

    def go():
        with account.again() as client:
            client.get("todos", "/livez")
            barrier.wait()
            responses.append(send(client))

    threads = [threading.Thread(target=go) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return responses


def test_a_repeated_write_answers_the_first_again(anna):
    same = key()
    first = anna.client.post("todos", "/v1/todos", {"title": "Once"}, headers=same)
    second = anna.client.post("todos", "/v1/todos", {"title": "Once"}, headers=same)
    assert answer(first, 201) == answer(second, 201)
    assert first.headers["Location"] == second.headers["Location"]
    assert first.headers.get("ETag") == second.headers.get("ETag")
    assert len(anna.todos()) == 1


def test_a_replay_has_a_request_id_of_its_own(anna):
    same = key()
    ids = {
        anna.client.post("todos", "/v1/todos", {"title": "Once"}, headers=same).headers["X-Request-Id"]
        for _ in range(2)
    }
    assert len(ids) == 2


def test_a_key_is_not_used_for_another_body(anna):
    same = key()
    answer(anna.client.post("todos", "/v1/todos", {"title": "One"}, headers=same), 201)
    problem(anna.client.post("todos", "/v1/todos", {"title": "Two"}, headers=same), 422)
    assert [todo["title"] for todo in anna.todos()] == ["One"]


def test_a_key_belongs_to_its_account(anna, ben):
    same = key()
    first = answer(anna.client.post("todos", "/v1/todos", {"title": "Hers"}, headers=same), 201)
    second = answer(ben.client.post("todos", "/v1/todos", {"title": "His"}, headers=same), 201)
    assert first["id"] != second["id"]


def test_a_key_survives_a_refused_body(anna):
    same = key()
    problem(anna.client.post("todos", "/v1/todos", {"title": ""}, headers=same), 422)
    answer(anna.client.post("todos", "/v1/todos", {"title": "Now right"}, headers=same), 201)


@pytest.mark.parametrize("value", ["", "x" * 256, "a b", "ü".encode().decode("latin-1")])
def test_a_key_has_a_shape(anna, value):
    headers = {"Idempotency-Key": value.encode("latin-1")}
    response = anna.client.post("todos", "/v1/todos", {"title": "x"}, headers=headers)
    assert response.status_code in {400, 422}
    problem(response, response.status_code)


@pytest.mark.needs_atomic_writes
@pytest.mark.parametrize(
    ("path", "body", "listing"),
    [
        ("/v1/todos", {"title": "Once"}, "/v1/todos?limit=200"),
        ("/v1/lists", {"name": "Once"}, "/v1/lists?limit=200"),
    ],
)
def test_the_same_key_sent_at_once_has_one_effect(anna, path, body, listing):
    for _ in range(3):
        before = len(answer(anna.client.get("todos", listing))["items"])
        same = key()
        responses = at_once(anna, lambda client, same=same: client.post("todos", path, body, headers=same))
        assert {response.status_code for response in responses} <= {201, 409}
        made = [answer(response, 201)["id"] for response in responses if response.status_code == 201]
        assert len(set(made)) == 1
        for response in responses:
            if response.status_code == 409:
                problem(response, 409)
        assert len(answer(anna.client.get("todos", listing))["items"]) == before + 1
        assert answer(anna.client.post("todos", path, body, headers=same), 201)["id"] == made[0]


def test_the_same_sign_up_sent_at_once_makes_one_account(anna, anyone):
    same = key()
    body = {"email": address(), "password": PASSWORD, "name": "Twice"}
    responses = at_once(
        anna, lambda client: client.as_(None).post("users", "/v1/accounts", body, headers=same)
    )
    assert {response.status_code for response in responses} <= {201, 409}
    again = answer(anyone.post("users", "/v1/accounts", body, headers=same), 201)
    made = {response.json()["id"] for response in responses if response.status_code == 201}
    assert made == {again["id"]}


def test_the_same_upload_asked_for_twice_is_one_object(anna):
    same = key()
    body = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 1000}
    first = answer(anna.client.post("media", "/v1/uploads", body, headers=same), 201)
    second = answer(anna.client.post("media", "/v1/uploads", body, headers=same), 201)
    assert first["object_id"] == second["object_id"]
    assert len(anna.objects()) <= 1
