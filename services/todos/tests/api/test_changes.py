"""Offline sync over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from services.todos.tests.factories import Api
from services.todos.tests.replica import Replica, everything

from chassis.http.pagination import encode_cursor
from chassis.testing import FakeClock


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_replica_holds_what_the_service_holds(any_api: Api, limit: int) -> None:
    replica = Replica(any_api, limit)
    replica.sync()
    assert replica.held == everything(any_api)
    groceries = any_api.add_list()
    todos = [any_api.add(str(number), list_id=groceries["id"]) for number in range(3)]
    replica.sync()
    assert replica.held == everything(any_api)
    any_api.call("PATCH", f"/v1/todos/{todos[0]['id']}", {"done": True, "list_id": None})
    any_api.call("DELETE", f"/v1/lists/{groceries['id']}")
    replica.sync()
    assert replica.held == everything(any_api)
    assert replica.sync() == 0


def test_changes_made_while_paging_are_not_missed(any_api: Api) -> None:
    todos = [any_api.add(str(number)) for number in range(4)]
    replica = Replica(any_api, limit=2)
    replica.pull()
    any_api.call("PATCH", f"/v1/todos/{todos[0]['id']}", {"title": "again"})
    any_api.call("DELETE", f"/v1/todos/{todos[3]['id']}")
    replica.sync()
    assert replica.held == everything(any_api)


def test_nobody_reads_with_anothers_token(api: Api) -> None:
    token = api.get("/v1/changes")["next"]
    assert api.another().call("GET", f"/v1/changes?since={token}").status_code == 422


def test_a_token_that_is_too_old_is_gone(api: Api, clock: FakeClock) -> None:
    token = api.get("/v1/changes")["next"]
    clock.advance(30 * 24 * 3600 + 1)
    assert api.call("GET", f"/v1/changes?since={token}").status_code == 410


def test_a_token_that_is_renewed_stays_good(api: Api, clock: FakeClock) -> None:
    replica = Replica(api)
    for _ in range(3):
        replica.sync()
        clock.advance(29 * 24 * 3600)
    assert replica.sync() == 0


@pytest.mark.parametrize(
    "position",
    [
        {},
        {"k": 5, "n": 0, "t": 0},
        {"k": "x", "n": 0, "t": 0},
        {"k": "0", "n": "0", "t": 0},
        {"k": "0", "n": -1, "t": 0},
    ],
)
def test_a_token_that_was_tampered_with_is_refused(api: Api, position: dict[str, Any]) -> None:
    token = encode_cursor(position, f"changes of {api.subject}")
    assert api.call("GET", f"/v1/changes?since={token}").status_code == 422


def test_a_token_from_a_later_life_of_the_account_is_gone(api: Api, clock: FakeClock) -> None:
    position = {"k": "000000000099#X", "n": 0, "t": int(clock.timestamp())}
    token = encode_cursor(position, f"changes of {api.subject}")
    assert api.call("GET", f"/v1/changes?since={token}").status_code == 410


@pytest.mark.parametrize("token", ["x", "e30", "eyJwIjp7fSwiZiI6IiJ9"])
def test_a_token_that_is_not_ours_is_refused(api: Api, token: str) -> None:
    response = api.call("GET", f"/v1/changes?since={token}")
    assert response.status_code == 422
    assert response.json["errors"][0]["pointer"] == "/since"
