"""Lists over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from services.todos.tests.factories import Api

from chassis.ids import new_id
from todos.domain.account_state import AccountLimits
from todos.domain.ids import inbox_id


def test_a_created_list_has_every_field(any_api: Api) -> None:
    response = any_api.call("POST", "/v1/lists", {"name": " groceries ", "color": "#00ff00"})
    groceries = response.json
    assert response.status_code == 201
    assert response.headers["Location"] == f"/v1/lists/{groceries['id']}"
    assert (groceries["name"], groceries["color"], groceries["version"]) == ("groceries", "#00ff00", 1)
    assert any_api.get(f"/v1/lists/{groceries['id']}") == groceries
    assert groceries in any_api.get("/v1/lists")["items"]


def test_a_list_is_renamed_under_a_condition(any_api: Api) -> None:
    path = f"/v1/lists/{any_api.add_list()['id']}"
    renamed = any_api.call("PATCH", path, {"name": "food"}, If_Match='"1"')
    assert (renamed.status_code, renamed.json["version"], renamed.headers["ETag"]) == (200, 2, '"2"')
    assert any_api.call("PATCH", path, {"name": "x"}, If_Match='"1"').status_code == 412
    assert any_api.call("DELETE", path, If_Match='"1"').status_code == 412
    assert any_api.get(path) == renamed.json


def test_the_inbox_cannot_be_deleted_or_renamed(api: Api) -> None:
    inbox = f"/v1/lists/{api.get('/v1/lists')['items'][0]['id']}"
    assert api.call("DELETE", inbox).status_code == 409
    assert api.call("PATCH", inbox, {"name": "x"}).status_code == 409
    assert api.call("PATCH", inbox, {"color": "teal"}).json["color"] == "teal"


def test_the_inbox_is_there_before_anything_was_written(any_api: Api) -> None:
    inbox = f"/v1/lists/{inbox_id(any_api.subject)}"
    assert any_api.get(inbox)["name"] == "inbox"
    assert any_api.another().call("GET", inbox).status_code == 404


def test_the_inbox_can_be_changed_before_it_was_ever_read(api: Api) -> None:
    inbox = f"/v1/lists/{inbox_id(api.subject)}"
    assert api.call("PATCH", inbox, {"color": "red"}).json["color"] == "red"
    assert api.another().call("PATCH", inbox, {"color": "red"}).status_code == 404


def test_nobody_sees_or_touches_anothers_lists(any_api: Api) -> None:
    path = f"/v1/lists/{any_api.add_list()['id']}"
    stranger = any_api.another()
    assert len(stranger.get("/v1/lists")["items"]) == 1
    assert [stranger.call("GET", path).status_code, stranger.call("DELETE", path).status_code] == [404, 404]
    assert stranger.call("PATCH", path, {"name": "x"}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " "},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"name": 5},
        {"name": "x", "color": "#12"},
        {"name": "x", "color": "url(evil)"},
        {"name": "x", "extra": 1},
        {"name": "x", "version": 2},
    ],
)
def test_a_list_that_makes_no_sense_is_refused(api: Api, body: Any) -> None:
    assert api.call("POST", "/v1/lists", body).status_code == 422


def test_a_list_called_inbox_is_refused(api: Api) -> None:
    assert api.call("POST", "/v1/lists", {"name": "Inbox"}).status_code == 409


def test_a_todo_moves_between_lists(any_api: Api) -> None:
    groceries, todo = any_api.add_list()["id"], any_api.add()
    path = f"/v1/todos/{todo['id']}"
    assert any_api.call("PATCH", path, {"list_id": groceries}).json["list_id"] == groceries
    assert any_api.titles(f"list_id={groceries}") == ["buy milk"]
    assert any_api.call("PATCH", path, {"list_id": None}).json["list_id"] == todo["list_id"]
    assert any_api.titles(f"list_id={groceries}") == []
    assert any_api.call("PATCH", path, {"list_id": str(new_id())}).status_code == 422


def test_a_large_list_is_deleted_with_all_that_is_in_it(any_api: Api) -> None:
    groceries = any_api.add_list()["id"]
    operations = [{"op": "create", "title": "x", "list_id": groceries}] * 70
    assert any_api.call("POST", "/v1/todos/batch", {"operations": operations}).status_code == 200
    assert any_api.call("DELETE", f"/v1/lists/{groceries}").status_code == 204
    assert any_api.items() == []


@pytest.fixture
def limits() -> AccountLimits:
    return AccountLimits(lists=3, todos=2)


def test_an_account_has_only_so_many_lists_and_todos(api: Api) -> None:
    for _ in range(2):
        api.add_list()
        api.add()
    refused = [api.call("POST", "/v1/lists", {"name": "x"}), api.call("POST", "/v1/todos", {"title": "x"})]
    assert [response.status_code for response in refused] == [409, 409]
    assert "the most" in refused[0].json["detail"]
