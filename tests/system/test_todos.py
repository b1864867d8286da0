"""To-dos, one at a time."""

from uuid import uuid4

import pytest
from tests.system.expect import answer, empty, is_id, is_time, problem

FIELDS = {
    "id", "list_id", "title", "notes", "done", "done_at", "due_at", "priority", "tags", "position",
    "created_at", "updated_at", "version",
}  # fmt: skip


def test_a_written_todo_is_answered_with_its_place(anna):
    response = anna.client.post("todos", "/v1/todos", {"title": "Buy milk"})
    made = answer(response, 201)
    assert made.keys() >= FIELDS
    assert is_id(made["id"])
    assert is_time(made["created_at"])
    assert is_time(made["updated_at"])
    assert (made["title"], made["done"], made["done_at"], made["tags"]) == ("Buy milk", False, None, [])
    assert response.headers["Location"].endswith(f"/v1/todos/{made['id']}")


def test_every_field_is_kept(anna):
    fields = {"notes": "two\nlines", "due_at": "2030-01-31T12:00:00Z", "priority": 3, "tags": ["home", "ü"]}
    made = anna.todo("Everything", **fields)
    read = answer(anna.client.get("todos", f"/v1/todos/{made['id']}"))
    assert read == made
    assert read["due_at"].startswith("2030-01-31T12:00:00")
    assert (read["notes"], read["priority"], read["tags"]) == ("two\nlines", 3, ["home", "ü"])


def test_a_time_with_an_offset_is_kept_in_utc(anna):
    assert anna.todo(due_at="2030-01-31T12:00:00+02:00")["due_at"].startswith("2030-01-31T10:00:00")


@pytest.mark.parametrize(
    "title",
    [
        "🧀" * 50,
        "日本語",
        "العربية",
        "e\u0301",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "tidy up ../../etc",
    ],
)
def test_any_language_is_kept_as_it_was_written(anna, title):
    made = anna.todo(title)
    assert answer(anna.client.get("todos", f"/v1/todos/{made['id']}"))["title"] == title


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/title"),
        ({"title": ""}, "/title"),
        ({"title": "x" * 100_000}, "/title"),
        ({"title": "a\0b"}, "/title"),
        ({"title": 1}, "/title"),
        ({"title": None}, "/title"),
        ({"title": "x", "notes": "n" * 200_000}, "/notes"),
        ({"title": "x", "notes": "a\0b"}, "/notes"),
        ({"title": "x", "priority": 4}, "/priority"),
        ({"title": "x", "priority": -1}, "/priority"),
        ({"title": "x", "priority": "1"}, "/priority"),
        ({"title": "x", "priority": 1.5}, "/priority"),
        ({"title": "x", "priority": True}, "/priority"),
        ({"title": "x", "tags": [str(n) for n in range(21)]}, "/tags"),
        ({"title": "x", "tags": "home"}, "/tags"),
        ({"title": "x", "tags": [""]}, "/tags/0"),
        ({"title": "x", "tags": ["t" * 1000]}, "/tags/0"),
        ({"title": "x", "tags": [None]}, "/tags/0"),
        ({"title": "x", "due_at": "tomorrow"}, "/due_at"),
        ({"title": "x", "due_at": "2030-01-31T12:00:00"}, "/due_at"),
        ({"title": "x", "due_at": 1900000000}, "/due_at"),
        ({"title": "x", "list_id": "inbox'"}, "/list_id"),
        ({"title": "x", "id": "01890000-0000-7000-8000-000000000000"}, "/id"),
        ({"title": "x", "version": 7}, "/version"),
        ({"title": "x", "owner": "somebody"}, "/owner"),
    ],
)
def test_a_wrong_todo_is_refused_naming_the_place(anna, body, pointer):
    problem(anna.client.post("todos", "/v1/todos", body), 422, pointer=pointer)
    assert anna.todos() == []


def test_a_todo_in_a_list_that_never_was_is_refused(anna):
    response = anna.client.post("todos", "/v1/todos", {"title": "x", "list_id": str(uuid4())})
    assert response.status_code in {404, 422}
    problem(response, response.status_code)


def test_a_todo_is_done_and_undone(anna):
    path = f"/v1/todos/{anna.todo()['id']}"
    done = answer(anna.client.patch("todos", path, {"done": True}))
    assert done["done"] is True
    assert is_time(done["done_at"])
    undone = answer(anna.client.patch("todos", path, {"done": False}))
    assert (undone["done"], undone["done_at"]) == (False, None)


def test_a_change_touches_only_what_it_names(anna):
    made = anna.todo("Before", notes="kept", tags=["kept"], priority=2)
    changed = answer(anna.client.patch("todos", f"/v1/todos/{made['id']}", {"title": "After"}))
    moved = {"title", "updated_at", "version"}
    assert {key: value for key, value in changed.items() if key not in moved} == {
        key: value for key, value in made.items() if key not in moved
    }
    assert changed["version"] > made["version"]


def test_a_field_is_emptied_by_null(anna):
    made = anna.todo(due_at="2030-01-31T12:00:00Z")
    assert answer(anna.client.patch("todos", f"/v1/todos/{made['id']}", {"due_at": None}))["due_at"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"title": ""}, "/title"), ({"done": "yes"}, "/done"), ({"version": 9}, "/version"),
     ({"title": None}, "/title")],
)  # fmt: skip
def test_a_wrong_change_is_refused(anna, body, pointer):
    made = anna.todo()
    problem(anna.client.patch("todos", f"/v1/todos/{made['id']}", body), 422, pointer=pointer)
    assert answer(anna.client.get("todos", f"/v1/todos/{made['id']}")) == made


def test_a_deleted_todo_is_gone(anna):
    path = f"/v1/todos/{anna.todo()['id']}"
    empty(anna.client.delete("todos", path))
    problem(anna.client.get("todos", path), 404)
    problem(anna.client.patch("todos", path, {"done": True}), 404)
    assert anna.todos() == []


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_somebody_elses_todo_is_not_found(anna, ben, method):
    theirs = ben.todo("Private")
    body = {"title": "Mine now"} if method == "PATCH" else None
    problem(anna.client.call(method, "todos", f"/v1/todos/{theirs['id']}", json=body), 404)
    assert answer(ben.client.get("todos", f"/v1/todos/{theirs['id']}")) == theirs
    assert anna.todos() == []


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "identifier",
    ["01890000-0000-7000-8000-00000000dead", "0", "x", "..", "%00", "%2e%2e", "a" * 3000, "ü", "'", "*"],
)
def test_an_identifier_that_is_nobodys_is_not_found(anna, method, identifier):
    body = {"done": True} if method == "PATCH" else None
    response = anna.client.call(method, "todos", f"/v1/todos/{identifier}", json=body)
    assert response.status_code in {400, 404, 405}
    problem(response, response.status_code)


def test_an_unchanged_todo_is_not_sent_again(anna):
    path = f"/v1/todos/{anna.todo()['id']}"
    first = anna.client.get("todos", path)
    etag = first.headers["ETag"]
    assert etag.startswith('"')
    again = anna.client.get("todos", path, headers={"If-None-Match": etag})
    empty(again, 304)
    assert again.headers["ETag"] == etag


def test_a_changed_todo_is_sent_again(anna):
    path = f"/v1/todos/{anna.todo()['id']}"
    etag = anna.client.get("todos", path).headers["ETag"]
    anna.client.patch("todos", path, {"done": True})
    read = anna.client.get("todos", path, headers={"If-None-Match": etag})
    assert answer(read)["done"] is True
    assert read.headers["ETag"] != etag


def test_a_change_of_the_present_version_is_made(anna):
    path = f"/v1/todos/{anna.todo()['id']}"
    etag = anna.client.get("todos", path).headers["ETag"]
    answer(anna.client.patch("todos", path, {"title": "New"}, headers={"If-Match": etag}))


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_of_an_old_version_is_refused(anna, method):
    path = f"/v1/todos/{anna.todo()['id']}"
    etag = anna.client.get("todos", path).headers["ETag"]
    answer(anna.client.patch("todos", path, {"title": "First"}))
    body = {"title": "Second"} if method == "PATCH" else None
    problem(anna.client.call(method, "todos", path, json=body, headers={"If-Match": etag}), 412)
    assert answer(anna.client.get("todos", path))["title"] == "First"


@pytest.mark.parametrize("tag", ['"nonsense"', '"0"', 'W/"1"'])
def test_a_tag_we_never_gave_matches_nothing(anna, tag):
    path = f"/v1/todos/{anna.todo()['id']}"
    problem(anna.client.patch("todos", path, {"done": True}, headers={"If-Match": tag}), 412)


def test_of_two_changes_of_one_version_one_wins(anna):
    path = f"/v1/todos/{anna.todo()['id']}"
    etag = anna.client.get("todos", path).headers["ETag"]
    statuses = [
        anna.client.patch("todos", path, {"title": str(n)}, headers={"If-Match": etag}).status_code
        for n in range(3)
    ]
    assert statuses == [200, 412, 412]


def test_every_read_after_ones_own_write_shows_it(anna):
    path = f"/v1/todos/{anna.todo()['id']}"
    for number in range(15):
        answer(anna.client.patch("todos", path, {"title": f"Version {number}"}))
        assert answer(anna.client.get("todos", path))["title"] == f"Version {number}"
        assert [todo["title"] for todo in anna.todos()] == [f"Version {number}"]
