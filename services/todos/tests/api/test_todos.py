"""To-dos over HTTP, on every store behind every cache."""

from __future__ import annotations

from services.todos.tests.factories import Api

from chassis.ids import new_id


def test_a_created_todo_has_every_field(any_api: Api) -> None:
    response = any_api.call(
        "POST", "/v1/todos", {"title": " buy milk ", "due_at": "2026-02-01T09:00:00+01:00"}
    )
    todo = response.json
    assert response.status_code == 201
    assert response.headers["Location"] == f"/v1/todos/{todo['id']}"
    assert response.headers["ETag"] == '"1"'
    assert (todo["title"], todo["due_at"]) == ("buy milk", "2026-02-01T08:00:00.000Z")
    assert (todo["done"], todo["done_at"], todo["notes"], todo["tags"]) == (False, None, None, [])
    assert (todo["priority"], todo["version"], todo["updated_at"]) == (0, 1, todo["created_at"])


def test_a_todo_reads_as_it_was_written(any_api: Api) -> None:
    todo = any_api.add("écrire 🎉", notes="a\nb", tags=["x", " y "], priority=3)
    assert any_api.get(f"/v1/todos/{todo['id']}") == todo
    assert any_api.items() == [todo]


def test_a_changed_todo_is_shown_changed_everywhere(any_api: Api) -> None:
    todo = any_api.add()
    any_api.items()
    changed = any_api.call("PATCH", f"/v1/todos/{todo['id']}", {"done": True, "title": "sell milk"}).json
    assert changed["done"]
    assert changed["done_at"]
    assert changed["version"] == 2
    assert any_api.get(f"/v1/todos/{todo['id']}") == changed
    assert any_api.items() == [changed]


def test_a_deleted_todo_is_gone_everywhere(any_api: Api) -> None:
    todo = any_api.add()
    any_api.items()
    assert any_api.call("DELETE", f"/v1/todos/{todo['id']}").status_code == 204
    assert any_api.call("GET", f"/v1/todos/{todo['id']}").status_code == 404
    assert any_api.call("DELETE", f"/v1/todos/{todo['id']}").status_code == 404
    assert any_api.items() == []


def test_nobody_sees_or_touches_anothers_todos(any_api: Api) -> None:
    path = f"/v1/todos/{any_api.add()['id']}"
    stranger = any_api.another()
    assert stranger.items() == []
    assert [stranger.call("GET", path).status_code, stranger.call("DELETE", path).status_code] == [404, 404]
    assert stranger.call("PATCH", path, {"done": True}).status_code == 404


def test_pages_hold_every_todo_once(any_api: Api) -> None:
    titles = [any_api.add(str(number))["title"] for number in range(7)]
    assert any_api.titles("limit=3") == titles
    assert any_api.titles("limit=3&order=desc") == titles[::-1]


def test_everyone_has_an_inbox(any_api: Api) -> None:
    lists = any_api.get("/v1/lists")["items"]
    assert [one["name"] for one in lists] == ["inbox"]
    assert any_api.get(f"/v1/lists/{lists[0]['id']}") == lists[0]
    assert any_api.add()["list_id"] == lists[0]["id"]


def test_a_todo_needs_a_list_that_is_its_owners(any_api: Api) -> None:
    foreign = any_api.another().add_list()["id"]
    for unknown in (foreign, str(new_id())):
        response = any_api.call("POST", "/v1/todos", {"title": "x", "list_id": unknown})
        assert response.status_code == 422
        assert response.json["errors"][0]["pointer"] == "/list_id"


def test_deleting_a_list_deletes_its_todos(any_api: Api) -> None:
    groceries = any_api.add_list()["id"]
    kept = any_api.add("kept")
    any_api.add("gone", list_id=groceries)
    assert any_api.call("DELETE", f"/v1/lists/{groceries}").status_code == 204
    assert any_api.items() == [kept]
    assert any_api.call("GET", f"/v1/lists/{groceries}").status_code == 404
