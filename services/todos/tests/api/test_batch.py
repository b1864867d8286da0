"""Batches over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from services.todos.tests.factories import Api

from chassis.errors import Transient
from chassis.ids import new_id
from todos.domain.account_state import AccountLimits
from todos.schemas.batch import BatchView
from todos.store.memory import MemoryStore


def run(api: Api, *operations: Any, **options: Any) -> list[Any]:
    """Send a batch and return its outcomes."""
    response = api.call("POST", "/v1/todos/batch", {"operations": list(operations), **options})
    assert response.status_code == 200, response.text
    BatchView.model_validate_json(response.data)
    outcomes: list[Any] = response.json["outcomes"]
    return outcomes


def statuses(outcomes: list[Any]) -> list[int]:
    return [outcome["status"] for outcome in outcomes]


@pytest.mark.parametrize("atomic", [False, True])
def test_creates_changes_and_deletes_in_one_call(any_api: Api, atomic: bool) -> None:
    changed, deleted = any_api.add("a"), any_api.add("b")
    outcomes = run(
        any_api,
        {"op": "create", "title": "c", "tags": ["x"]},
        {"op": "update", "id": changed["id"], "title": "d"},
        {"op": "delete", "id": deleted["id"]},
        atomic=atomic,
    )
    assert statuses(outcomes) == [201, 200, 204]
    assert [outcomes[1]["body"], outcomes[0]["body"]] == any_api.items()


def test_every_field_of_a_todo_can_be_given(any_api: Api) -> None:
    todo = any_api.add("a")
    due, inbox = "2030-01-31T12:00:00.000Z", todo["list_id"]
    outcomes = run(
        any_api,
        {"op": "create", "title": "b", "notes": "n", "due_at": due, "priority": 2, "list_id": inbox},
        {
            "op": "update",
            "id": todo["id"],
            "due_at": "2030-01-31T14:00:00+02:00",
            "position": 7,
            "done": True,
        },
    )
    assert statuses(outcomes) == [201, 200]
    assert [outcome["body"]["due_at"] for outcome in outcomes] == [due, due]


def test_an_operation_that_fails_does_not_hold_up_the_others(any_api: Api) -> None:
    todo = any_api.add("a")
    outcomes = run(
        any_api,
        {"op": "update", "id": str(new_id()), "title": "x"},
        {"op": "create", "title": ""},
        {"op": "paint"},
        {"op": "delete", "id": todo["id"], "version": 2},
        {"op": "create", "title": "x", "list_id": str(new_id())},
        {"op": "update", "id": todo["id"], "done": True, "version": 1},
    )
    assert statuses(outcomes) == [404, 422, 422, 412, 422, 200]
    assert outcomes[1]["problem"]["errors"][0]["pointer"] == "/title"
    assert any_api.items() == [outcomes[5]["body"]]


def test_an_atomic_batch_with_a_failure_changes_nothing(any_api: Api) -> None:
    todo = any_api.add("a")
    outcomes = run(
        any_api,
        {"op": "create", "title": "b"},
        {"op": "delete", "id": todo["id"]},
        {"op": "delete", "id": todo["id"]},
        atomic=True,
    )
    assert statuses(outcomes) == [424, 424, 404]
    assert any_api.items() == [todo]


def test_a_hundred_creations_keep_their_order(any_api: Api) -> None:
    titles = [f"{number:03d}" for number in range(100)]
    outcomes = run(any_api, *({"op": "create", "title": title} for title in titles))
    assert set(statuses(outcomes)) == {201}
    assert any_api.titles("limit=40") == titles
    assert any_api.titles("limit=200&sort=position") == titles


def test_an_atomic_batch_holds_fifty_operations(any_api: Api) -> None:
    made = run(any_api, *({"op": "create", "title": "x"} for _ in range(50)), atomic=True)
    gone = run(any_api, *({"op": "delete", "id": one["body"]["id"]} for one in made), atomic=True)
    assert set(statuses(gone)) == {204}
    assert any_api.items() == []


@pytest.mark.parametrize(("count", "atomic"), [(0, False), (101, False), (51, True)])
def test_a_batch_of_the_wrong_size_is_refused(api: Api, count: int, atomic: bool) -> None:
    body = {"operations": [{"op": "create", "title": "x"}] * count, "atomic": atomic}
    assert api.call("POST", "/v1/todos/batch", body).status_code == 422


def test_a_todo_can_be_changed_twice_in_one_batch(api: Api) -> None:
    todo = api.add("a")
    outcomes = run(
        api,
        {"op": "update", "id": todo["id"], "title": "b"},
        {"op": "update", "id": todo["id"], "version": 2, "done": True},
    )
    assert outcomes[1]["body"]["title"] == "b"
    assert api.items() == [outcomes[1]["body"]]


def test_a_store_that_goes_away_is_not_the_operations_fault(api: Api, memory_store: MemoryStore) -> None:
    todo = api.add()

    def fail(_owner: str, _ids: Any) -> Any:
        raise Transient("away")

    memory_store.todos = memory_store.todo = fail  # type: ignore[method-assign]
    operations = [{"op": "delete", "id": todo["id"]}]
    assert api.call("POST", "/v1/todos/batch", {"operations": operations}).status_code == 503


@pytest.fixture
def limits() -> AccountLimits:
    return AccountLimits(todos=100)


def test_creations_above_the_limit_are_refused_one_by_one(api: Api) -> None:
    run(api, *({"op": "create", "title": "x"} for _ in range(99)))
    outcomes = run(api, {"op": "create", "title": "x"}, {"op": "create", "title": "y"})
    assert statuses(outcomes) == [201, 409]
