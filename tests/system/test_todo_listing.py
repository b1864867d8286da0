"""Reading many to-dos: filters, sort, pages, and pages while others write."""

import threading
from contextlib import contextmanager

import pytest
from tests.system.client import sign_up
from tests.system.expect import answer, empty, problem

THOUSAND = 1000


def titles(todos):
    return [todo["title"] for todo in todos]


def set_of(todos):
    return sorted(titles(todos))


@pytest.fixture(scope="module")
def shelf(environment):
    """Give an account four different to-dos, to be read only."""
    anna = sign_up(environment)
    other = answer(anna.client.post("todos", "/v1/lists", {"name": "Other"}), 201)
    anna.todo("milk", tags=["shop"], due_at="2030-01-01T00:00:00Z")
    anna.todo("bread", tags=["shop", "soon"], due_at="2030-01-03T00:00:00Z")
    anna.todo("taxes", list_id=other["id"], notes="the green FOLDER")
    done = anna.todo("walk", due_at="2030-01-02T00:00:00Z")
    answer(anna.client.patch("todos", f"/v1/todos/{done['id']}", {"done": True}))
    yield anna, other
    anna.close_account()


def test_without_a_filter_all_are_there_by_age(shelf):
    anna, _ = shelf
    assert titles(anna.todos()) in (["milk", "bread", "taxes", "walk"], ["walk", "taxes", "bread", "milk"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"done": "true"}, ["walk"]),
        ({"done": "false"}, ["bread", "milk", "taxes"]),
        ({"tag": "shop"}, ["bread", "milk"]),
        ({"tag": "soon"}, ["bread"]),
        ({"tag": "none"}, []),
        ({"due_before": "2030-01-02T00:00:00Z"}, ["milk"]),
        ({"due_after": "2030-01-02T12:00:00Z"}, ["bread"]),
        ({"due_after": "2030-01-01T12:00:00Z", "due_before": "2030-01-02T12:00:00Z"}, ["walk"]),
        ({"q": "MIL"}, ["milk"]),
        ({"q": "folder"}, ["taxes"]),
        ({"q": "nothing like it"}, []),
        ({"tag": "shop", "q": "bread"}, ["bread"]),
        ({"tag": "shop", "done": "true"}, []),
    ],
)
def test_filters_choose(shelf, query, expected):
    anna, _ = shelf
    assert set_of(anna.todos(**query)) == expected
    assert set_of(anna.todos(**query, limit=1)) == expected


def test_a_list_is_a_filter(shelf):
    anna, other = shelf
    assert set_of(anna.todos(list_id=other["id"])) == ["taxes"]


def test_somebody_elses_list_shows_nothing(shelf, ben):
    _, other = shelf
    response = ben.client.get("todos", "/v1/todos", params={"list_id": other["id"]})
    assert response.status_code in {200, 404}
    assert response.status_code == 404 or response.json()["items"] == []


def test_by_due_date_the_next_is_first(shelf):
    anna, _ = shelf
    due = [title for title in titles(anna.todos(sort="due_at")) if title != "taxes"]
    assert due == ["milk", "walk", "bread"]


@pytest.mark.parametrize("sort", ["created_at", "due_at", "position"])
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 200])
def test_pages_of_any_size_make_the_same_whole(shelf, sort, limit):
    anna, _ = shelf
    assert titles(anna.todos(sort=sort, limit=limit)) == titles(anna.todos(sort=sort))


def test_fifty_are_a_page_unless_said_otherwise(anna):
    fill(anna, 52)
    page = answer(anna.client.get("todos", "/v1/todos"))
    assert len(page["items"]) == 50
    assert page["next_cursor"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "0"), ("limit", "201"), ("limit", "-1"), ("limit", "x"), ("limit", ""), ("limit", "1e1"),
     ("cursor", "x"), ("cursor", ""), ("cursor", "x" * 9000), ("cursor", "eyJwIjp7fX0"), ("cursor", "\0"),
     ("cursor", "W10"), ("cursor", "bnVsbA"), ("sort", "title"), ("sort", ""), ("done", "maybe"),
     ("due_before", "soon"), ("due_before", "2030-01-01"), ("list_id", "x"), ("colour", "red"),
     ("q", "x" * 9000)],
)  # fmt: skip
def test_a_wrong_parameter_is_refused(anna, name, value):
    response = anna.client.get("todos", "/v1/todos", params={name: value})
    expected = 414 if response.status_code == 414 else 422
    problem(response, expected, pointer=None if expected == 414 else f"/{name}")


def test_a_parameter_is_given_once(anna):
    problem(anna.client.get("todos", "/v1/todos?limit=1&limit=2"), 422, pointer="/limit")


def test_a_cursor_belongs_to_its_question(anna):
    fill(anna, 3)
    cursor = answer(anna.client.get("todos", "/v1/todos", params={"limit": 1}))["next_cursor"]
    query = {"limit": 1, "cursor": cursor, "done": "true"}
    problem(anna.client.get("todos", "/v1/todos", params=query), 422)


def test_a_cursor_of_another_shows_only_ones_own(anna, ben):
    fill(anna, 3)
    ben.todo("Ben's")
    cursor = answer(anna.client.get("todos", "/v1/todos", params={"limit": 1}))["next_cursor"]
    response = ben.client.get("todos", "/v1/todos", params={"limit": 1, "cursor": cursor})
    assert response.status_code in {200, 422}
    assert response.status_code == 422 or set(titles(response.json()["items"])) <= {"Ben's"}


def test_an_unchanged_list_is_not_sent_again_and_a_changed_one_is(anna):
    anna.todo("one")
    first = anna.client.get("todos", "/v1/todos")
    same = {"If-None-Match": first.headers["ETag"]}
    empty(anna.client.get("todos", "/v1/todos", headers=same), 304)
    anna.todo("two")
    assert set_of(answer(anna.client.get("todos", "/v1/todos", headers=same))["items"]) == ["one", "two"]


def test_private_lists_are_not_for_shared_caches(anna):
    response = anna.client.get("todos", "/v1/todos")
    assert "private" in response.headers["Cache-Control"]
    assert "Authorization" in response.headers["Vary"]


def fill(account, count):
    """Write `count` to-dos, twenty at a time: moto copies its whole table for every item of a transaction."""
    for start in range(0, count, 20):
        operations = [
            {
                "op": "create",
                "title": f"old {number}",
                "due_at": f"2030-01-01T00:{number // 60:02}:{number % 60:02}Z",
            }
            for number in range(start, min(start + 20, count))
        ]
        answer(account.client.post("todos", "/v1/todos/batch", {"operations": operations}))


@contextmanager
def restless(account):
    """Write, change and delete other to-dos all the while; give the list of failures."""
    stop, failures = threading.Event(), []

    def write():
        with account.again() as client:
            number = 0
            while not stop.is_set():
                number += 1
                due = {"due_at": f"2030-01-01T00:00:{number % 60:02}Z"} if number % 2 else {}
                made = client.post("todos", "/v1/todos", {"title": f"new {number}", **due})
                if made.status_code != 201:
                    failures.append(made.text)
                    continue
                path = f"/v1/todos/{made.json()['id']}"
                if number % 3 == 0:
                    client.delete("todos", path)
                elif number % 3 == 1:
                    client.patch("todos", path, {"done": True})

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield failures
    finally:
        stop.set()
        thread.join()


@pytest.mark.needs_atomic_writes
@pytest.mark.timeout(180)
def test_a_thousand_todos_are_each_seen_once_while_others_are_written(anna):
    fill(anna, THOUSAND)
    with restless(anna) as failures:
        for sort in ("created_at", "due_at", "position"):
            seen = anna.todos(sort=sort, limit=50)
            ids = [todo["id"] for todo in seen]
            assert len(ids) == len(set(ids)), f"doubled by {sort}"
            old = {title for title in titles(seen) if title.startswith("old ")}
            assert len(old) == THOUSAND, f"missed by {sort}"
    assert failures == []
