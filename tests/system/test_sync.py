"""Many changes in one call, and learning what has changed since last time."""

from uuid import uuid4

import pytest
from tests.system.expect import answer, problem


def batch(account, *operations, **options):
    body = {"operations": list(operations), **options}
    return answer(account.client.post("todos", "/v1/todos/batch", body))["outcomes"]


def changes(account, since=None, limit=100):
    """Read everything since a token; return it with the next token."""
    found = []
    while True:
        query = {"limit": limit, **({"since": since} if since else {})}
        page = answer(account.client.get("todos", "/v1/changes", params=query))
        found += page["changes"]
        since = page["next"]
        if not page["more"]:
            return found, since


@pytest.mark.parametrize("atomic", [False, True])
def test_a_batch_creates_changes_and_deletes(anna, atomic):
    changed, deleted = anna.todo("old"), anna.todo("gone")
    outcomes = batch(
        anna,
        {"op": "create", "title": "made", "due_at": "2030-01-01T00:00:00Z", "tags": ["x"]},
        {"op": "update", "id": changed["id"], "title": "new"},
        {"op": "delete", "id": deleted["id"]},
        atomic=atomic,
    )
    assert [outcome["status"] for outcome in outcomes] == [201, 200, 204]
    assert sorted(todo["title"] for todo in anna.todos()) == ["made", "new"]


def test_one_bad_operation_does_not_hold_up_the_others(anna):
    outcomes = batch(anna, {"op": "create", "title": ""}, {"op": "create", "title": "fine"}, {"op": "dance"})
    assert [outcome["status"] for outcome in outcomes] == [422, 201, 422]
    assert [todo["title"] for todo in anna.todos()] == ["fine"]


def test_of_an_atomic_batch_with_a_bad_operation_nothing_is_done(anna):
    kept = anna.todo("kept")
    outcomes = batch(
        anna,
        {"op": "create", "title": "never"},
        {"op": "delete", "id": kept["id"]},
        {"op": "update", "id": str(uuid4()), "title": "nobody's"},
        atomic=True,
    )
    assert all(outcome["status"] >= 400 for outcome in outcomes)
    assert anna.todos() == [kept]


def test_a_batch_does_not_reach_somebody_elses(anna, ben):
    theirs = ben.todo("Ben's")
    outcomes = batch(
        anna, {"op": "update", "id": theirs["id"], "title": "x"}, {"op": "delete", "id": theirs["id"]}
    )
    assert [outcome["status"] for outcome in outcomes] == [404, 404]
    assert ben.todos() == [theirs]


@pytest.mark.parametrize(
    ("count", "options"),
    [(0, {}), (101, {}), (51, {"atomic": True}), (1, {"atomic": "yes"}), (1, {"extra": 1})],
)
def test_a_batch_has_bounds(anna, count, options):
    body = {"operations": [{"op": "create", "title": "x"}] * count, **options}
    problem(anna.client.post("todos", "/v1/todos/batch", body), 422)
    assert anna.todos() == []


def test_the_same_batch_under_one_key_is_done_once(anna):
    headers = {"Idempotency-Key": uuid4().hex}
    body = {"operations": [{"op": "create", "title": str(number)} for number in range(10)]}
    first = answer(anna.client.post("todos", "/v1/todos/batch", body, headers=headers))
    assert answer(anna.client.post("todos", "/v1/todos/batch", body, headers=headers)) == first
    assert len(anna.todos()) == 10


def test_changes_tell_what_was_made_changed_and_deleted(anna):
    _, token = changes(anna)
    made, deleted = anna.todo("made"), anna.todo("deleted")
    anna.client.delete("todos", f"/v1/todos/{deleted['id']}")
    changed = answer(anna.client.patch("todos", f"/v1/todos/{made['id']}", {"done": True}))
    found, after = changes(anna, token)
    latest = {change["id"]: change for change in found}
    assert latest[made["id"]]["op"] == "upsert"
    assert latest[made["id"]]["data"] == changed
    assert latest[deleted["id"]]["op"] == "delete"
    assert changes(anna, after)[0] == []


def test_a_copy_kept_by_changes_is_the_whole(anna):
    for number in range(25):
        anna.todo(f"number {number}")
    copy, token = {}, None
    for _ in range(3):
        found, token = changes(anna, token, limit=7)
        for change in found:
            if change["op"] == "delete":
                copy.pop(change["id"], None)
            else:
                copy[change["id"]] = (change["type"], change["data"])
        one = anna.todos(limit=200)[3]
        anna.client.patch("todos", f"/v1/todos/{one['id']}", {"notes": "changed"})
        anna.client.delete("todos", f"/v1/todos/{anna.todos(limit=200)[0]['id']}")
    found, _ = changes(anna, token)
    for change in found:
        copy.pop(change["id"], None)
        if change["op"] == "upsert":
            copy[change["id"]] = (change["type"], change["data"])
    todos = {key: data for key, (kind, data) in copy.items() if kind == "todo"}
    assert todos == {todo["id"]: todo for todo in anna.todos(limit=200)}


def test_changes_are_ones_own(anna, ben):
    ben.todo("Ben's")
    found, _ = changes(anna)
    assert [change for change in found if change["type"] == "todo"] == []


@pytest.mark.parametrize("token", ["x", "", "x" * 600, "eyJ9", "-1"])
def test_a_token_that_is_not_ours_is_refused(anna, token):
    response = anna.client.get("todos", "/v1/changes", params={"since": token})
    assert response.status_code in {410, 422}
    problem(response, response.status_code)
