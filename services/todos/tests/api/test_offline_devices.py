"""Devices that are edited offline, send what was done and ask for changes, in any order: all end up alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from services.todos.tests.factories import Api, NoCache, settings
from services.todos.tests.replica import Replica, everything

from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.testing import Issuer
from todos.app import create_app
from todos.domain.ports import ReadLimits, TodoStore
from todos.store.dynamodb import DynamoStore
from todos.store.memory import MemoryStore
from todos.wiring import Stores

NUMBERS = st.integers(0, 20)
EDITS = st.one_of(
    st.tuples(st.just("add list"), NUMBERS),
    st.tuples(st.just("add"), NUMBERS),
    st.tuples(st.just("rename"), NUMBERS),
    st.tuples(st.just("move"), NUMBERS),
    st.tuples(st.just("delete"), NUMBERS),
    st.tuples(st.just("delete list"), NUMBERS),
    st.tuples(st.just("batch delete"), NUMBERS),
)
STEPS = st.tuples(st.integers(0, 2), EDITS | st.just(("push", 0)) | st.just(("pull", 0)))


@dataclass
class Model:
    """What the account must hold, by the edits in the order in which they arrived."""

    lists: set[str]
    todos: dict[str, tuple[str, str]] = field(default_factory=dict)

    def drop_list(self, list_id: str) -> None:
        self.lists.discard(list_id)
        self.todos = {one: held for one, held in self.todos.items() if held[1] != list_id}


class Device:
    """A replica, and the edits that were made on it and have not been sent yet."""

    def __init__(self, api: Api, limit: int, model: Model) -> None:
        self.api, self.model = api, model
        self.replica = Replica(api, limit)
        self.edits: list[tuple[str, int]] = []

    def push(self) -> None:
        for kind, number in self.edits:
            getattr(self, kind.replace(" ", "_"))(number)
        self.edits = []

    def chosen(self, number: int, *, lists: bool) -> str | None:
        """Return the list or to-do that an edit is about, as this device knows them: it may be gone."""
        known = sorted(key for key, one in self.replica.held.items() if ("name" in one) == lists)
        return known[number % len(known)] if known else None

    def add_list(self, number: int) -> None:
        self.model.lists.add(self.api.add_list(f"list {number}")["id"])

    def add(self, number: int) -> None:
        list_id = self.chosen(number, lists=True)
        response = self.api.call("POST", "/v1/todos", {"title": f"t{number}", "list_id": list_id})
        assert response.status_code == (201 if list_id in {None, *self.model.lists} else 422), response.text
        if response.status_code == 201:
            self.model.todos[response.json["id"]] = (f"t{number}", response.json["list_id"])

    def rename(self, number: int) -> None:
        if todo := self.chosen(number, lists=False):
            self.patch(todo, {"title": f"renamed {number}"})

    def move(self, number: int) -> None:
        todo, list_id = self.chosen(number, lists=False), self.chosen(number + 1, lists=True)
        if todo and list_id:
            self.patch(todo, {"list_id": list_id})

    def patch(self, todo: str, fields: dict[str, Any]) -> None:
        known = fields.get("list_id") in {None, *self.model.lists}
        expected = 404 if todo not in self.model.todos else 200 if known else 422
        response = self.api.call("PATCH", f"/v1/todos/{todo}", fields)
        held = self.model.todos.get(todo)
        assert response.status_code == expected or (held and held[1] == fields.get("list_id")), response.text
        if response.status_code == 200:
            self.model.todos[todo] = (response.json["title"], response.json["list_id"])

    def delete(self, number: int) -> None:
        if todo := self.chosen(number, lists=False):
            expected = 204 if self.model.todos.pop(todo, None) else 404
            assert self.api.call("DELETE", f"/v1/todos/{todo}").status_code == expected

    def batch_delete(self, number: int) -> None:
        todos = [one for one in (self.chosen(at, lists=False) for at in range(number % 4)) if one]
        if todos:
            operations = [{"op": "delete", "id": one} for one in todos]
            assert self.api.call("POST", "/v1/todos/batch", {"operations": operations}).status_code == 200
            for one in todos:
                self.model.todos.pop(one, None)

    def delete_list(self, number: int) -> None:
        list_id = self.chosen(number, lists=True)
        if list_id and self.replica.held[list_id]["name"] != "inbox":
            expected = 204 if list_id in self.model.lists else 404
            assert self.api.call("DELETE", f"/v1/lists/{list_id}").status_code == expected
            self.model.drop_list(list_id)


def run(store: TodoStore, issuer: Issuer, steps: list[tuple[int, tuple[str, int]]], limit: int) -> None:
    stores = Stores(store, NoCache(), NoCache(), MemoryIdempotency(), MemoryOutbox())
    app = create_app(settings(), parts=stores, verifier=issuer.verifier())
    api = Api(app.test_client(), issuer, str(new_id()))
    model = Model({api.get("/v1/lists")["items"][0]["id"]})
    devices = [Device(api, limit, model) for _ in range(3)]
    for number, (kind, value) in steps:
        device = devices[number]
        if kind == "push":
            device.push()
        elif kind == "pull":
            device.replica.pull()
        else:
            device.edits.append((kind, value))
    for device in devices:
        device.push()
    for device in devices:
        device.replica.sync()
        assert device.replica.held == everything(api)
    held = {one["id"]: (one["title"], one["list_id"]) for one in api.items("limit=200")}
    assert held == model.todos
    assert {one["id"] for one in api.get("/v1/lists?limit=200")["items"]} == model.lists


@limits(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=40), st.integers(1, 4))
def test_devices_converge_in_memory(
    issuer: Issuer, steps: list[tuple[int, tuple[str, int]]], limit: int
) -> None:
    run(MemoryStore(ReadLimits(page_bytes=400)), issuer, steps, limit)


@limits(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=25), st.integers(1, 4))
def test_devices_converge_on_dynamodb(
    dynamo_store: DynamoStore, issuer: Issuer, steps: list[tuple[int, tuple[str, int]]], limit: int
) -> None:
    run(dynamo_store, issuer, steps, limit)
