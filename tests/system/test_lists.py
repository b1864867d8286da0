"""Lists of to-dos."""

from uuid import uuid4

import pytest
from tests.system.expect import answer, empty, is_id, is_time, problem

FIELDS = {"id", "name", "color", "created_at", "updated_at", "version"}


def make(account, name="Groceries", **fields):
    return answer(account.client.post("todos", "/v1/lists", {"name": name, **fields}), 201)


def test_everyone_has_an_inbox(anna):
    lists = anna.pages("todos", "/v1/lists")
    assert [item["name"].lower() for item in lists] == ["inbox"]
    assert lists[0].keys() >= FIELDS
    assert answer(anna.client.get("todos", f"/v1/lists/{lists[0]['id']}")) == lists[0]


def test_a_todo_without_a_list_is_in_the_inbox(anna):
    inbox = anna.pages("todos", "/v1/lists")[0]
    assert anna.todo()["list_id"] == inbox["id"]


def test_a_made_list_is_answered_found_and_listed(anna):
    response = anna.client.post("todos", "/v1/lists", {"name": "Groceries", "color": "#ff8800"})
    made = answer(response, 201)
    assert made.keys() >= FIELDS
    assert is_id(made["id"])
    assert is_time(made["created_at"])
    assert response.headers["Location"].endswith(f"/v1/lists/{made['id']}")
    assert answer(anna.client.get("todos", f"/v1/lists/{made['id']}")) == made
    assert made in anna.pages("todos", "/v1/lists")


def test_a_list_is_renamed_and_its_version_moves_on(anna):
    made = make(anna)
    changed = answer(anna.client.patch("todos", f"/v1/lists/{made['id']}", {"name": "Food"}))
    assert changed["name"] == "Food"
    assert changed["version"] > made["version"]
    assert answer(anna.client.get("todos", f"/v1/lists/{made['id']}")) == changed


def test_a_stale_change_of_a_list_is_refused(anna):
    made = make(anna)
    path = f"/v1/lists/{made['id']}"
    etag = anna.client.get("todos", path).headers["ETag"]
    answer(anna.client.patch("todos", path, {"name": "First"}, headers={"If-Match": etag}))
    problem(anna.client.patch("todos", path, {"name": "Second"}, headers={"If-Match": etag}), 412)
    assert answer(anna.client.get("todos", path))["name"] == "First"


def test_a_deleted_list_is_gone_with_its_todos(anna):
    made = make(anna)
    todo = anna.todo(list_id=made["id"])
    empty(anna.client.delete("todos", f"/v1/lists/{made['id']}"))
    problem(anna.client.get("todos", f"/v1/lists/{made['id']}"), 404)
    problem(anna.client.get("todos", f"/v1/todos/{todo['id']}"), 404)
    assert anna.todos() == []


def test_the_inbox_cannot_be_deleted(anna):
    inbox = anna.pages("todos", "/v1/lists")[0]
    response = anna.client.delete("todos", f"/v1/lists/{inbox['id']}")
    assert response.status_code in {403, 409}
    problem(response, response.status_code)
    anna.todo()


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 5000}, {"name": "a\0b"}, {"name": 3}])
def test_a_list_needs_a_decent_name(anna, body):
    problem(anna.client.post("todos", "/v1/lists", body), 422, pointer="/name")


@pytest.mark.parametrize("color", ["red; background: url(x)", "", "#12", 3, "x" * 500])
def test_a_list_needs_a_decent_color(anna, color):
    problem(anna.client.post("todos", "/v1/lists", {"name": "L", "color": color}), 422, pointer="/color")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_somebody_elses_list_is_not_found(anna, ben, method):
    made = make(ben)
    body = {"name": "Mine now"} if method == "PATCH" else None
    problem(anna.client.call(method, "todos", f"/v1/lists/{made['id']}", json=body), 404)
    assert answer(ben.client.get("todos", f"/v1/lists/{made['id']}")) == made


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_list_that_never_was_is_not_found(anna, method):
    body = {"name": "Ghost"} if method == "PATCH" else None
    problem(anna.client.call(method, "todos", f"/v1/lists/{uuid4()}", json=body), 404)


def test_a_todo_does_not_go_into_somebody_elses_list(anna, ben):
    theirs = make(ben)
    response = anna.client.post("todos", "/v1/todos", {"title": "Intruder", "list_id": theirs["id"]})
    assert response.status_code in {404, 422}
    problem(response, response.status_code)
    assert ben.todos() == []


def test_a_todo_does_not_move_into_somebody_elses_list(anna, ben):
    theirs, mine = make(ben), anna.todo()
    response = anna.client.patch("todos", f"/v1/todos/{mine['id']}", {"list_id": theirs["id"]})
    assert response.status_code in {404, 422}
    assert ben.todos() == []
    assert answer(anna.client.get("todos", f"/v1/todos/{mine['id']}")) == mine
