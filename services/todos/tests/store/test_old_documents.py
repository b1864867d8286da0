"""What other releases have written, older or newer ones, is read; two releases run side by side on one store.

`golden` holds an account's items as each shape of documents was written, and what was cached of them: a new
shape adds a file of each, and none is ever changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
from services.todos.tests.factories import Api, NoCache, settings

from chassis.idempotency.memory import MemoryIdempotency
from chassis.ids import new_id
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.stores.cache import OwnerCache, connect
from chassis.testing import Issuer
from todos.app import create_app
from todos.domain.documents import SHAPE, read_todo, todo_document
from todos.domain.todo import Todo
from todos.domain.todolist import TodoList
from todos.schemas.changes import ChangesView
from todos.schemas.lists import ListPage, ListView
from todos.schemas.todos import TodoPage, TodoView
from todos.store.dynamodb import DynamoStore
from todos.wiring import Stores

GOLDEN = sorted(Path(__file__).with_name("golden").glob("shape-*.json"))
CACHED = Path(__file__).with_name("golden") / f"cached-{SHAPE}.json"
TODO = "01890000-0000-7000-8000-000000000001"
GROCERIES = "01890000-0000-7000-8000-00000000000a"
OTHER_SHAPES = [str(SHAPE - 1), str(SHAPE + 1)]


def defaulted(kind: Any) -> list[str]:
    return [one.name for one in fields(kind) if one.default is not MISSING]


@pytest.fixture
def cache(redis_url: str) -> Iterator[OwnerCache]:
    made = OwnerCache(connect(redis_url), f"todos-{new_id()}")
    yield made
    made.close()


@pytest.fixture
def served(dynamo_store: DynamoStore, cache: OwnerCache, issuer: Issuer) -> Api:
    return release(dynamo_store, cache, issuer)


def release(store: DynamoStore, cache: OwnerCache, issuer: Issuer, subject: str | None = None) -> Api:
    """Return a process of the service, for one account; several stand side by side on one store and cache."""
    stores = Stores(store, cache, NoCache(), MemoryIdempotency(), MemoryOutbox())
    app = create_app(settings(), parts=stores, verifier=issuer.verifier())
    return Api(app.test_client(), issuer, subject)


@pytest.fixture
def table(aws: Any) -> Any:
    name = aws.environment("todos")["TODOS_TABLE"]
    client = aws.client("dynamodb")
    return lambda owner, item: client.put_item(TableName=name, Item={"pk": {"S": f"U#{owner}"}, **item})


def items_of(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def rewritten(item: dict[str, Any], shape: str, **changes: Any) -> dict[str, Any]:
    """Return an item whose document lacks the fields that are changed to `...`, and has the others."""
    document = json.loads(item["d"]["S"]) | changes
    kept = {name: value for name, value in document.items() if value is not ...}
    return {**item, "d": {"S": json.dumps(kept)}, "shape": {"N": shape}}


def check_answers(api: Api) -> None:
    """Every answer with lists and to-dos in it is what the contract says."""
    TodoPage.model_validate_json(api.call("GET", "/v1/todos").data)
    TodoPage.model_validate_json(api.call("GET", "/v1/todos?q=milch").data)
    TodoView.model_validate_json(api.call("GET", f"/v1/todos/{TODO}").data)
    ListPage.model_validate_json(api.call("GET", "/v1/lists").data)
    ListView.model_validate_json(api.call("GET", f"/v1/lists/{GROCERIES}").data)
    ChangesView.model_validate_json(api.call("GET", "/v1/changes").data)


def test_the_present_shape_has_its_golden_documents() -> None:
    assert GOLDEN[-1].name == f"shape-{SHAPE}.json"
    assert CACHED.exists(), f"write down what is cached of this shape, in {CACHED.name}"


def test_the_newest_golden_documents_are_what_is_written_today() -> None:
    """A field that this release adds stands in them; what was stored without a shape has the first one."""
    todos = [item for item in items_of(GOLDEN[-1]) if item["sk"]["S"].startswith("T#")]
    assert {item.get("shape", {"N": "1"})["N"] for item in todos} == {str(SHAPE)}
    for item in todos:
        assert todo_document(read_todo(item["d"]["S"])) == item["d"]["S"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_an_account_of_each_shape_is_read_and_changed(served: Api, table: Any, path: Path) -> None:
    for item in items_of(path):
        table(served.subject, item)
    check_answers(served)
    assert served.get(f"/v1/todos/{TODO}")["title"] == "Milch holen 🥛"
    assert [change["op"] for change in served.get("/v1/changes")["changes"]][-1] == "delete"
    assert served.call("PATCH", f"/v1/todos/{TODO}", {"priority": 1}).json["version"] == 5
    assert served.call("PATCH", f"/v1/lists/{GROCERIES}", {"color": None}).status_code == 200
    check_answers(served)


@pytest.mark.parametrize("shape", OTHER_SHAPES)
@pytest.mark.parametrize("missing", defaulted(Todo))
def test_a_field_that_did_not_exist_has_its_default(
    served: Api, table: Any, missing: str, shape: str
) -> None:
    for item in items_of(GOLDEN[-1]):
        old = item["sk"]["S"] == f"T#{TODO}"
        table(served.subject, rewritten(item, shape, **{missing: ...}) if old else item)
    check_answers(served)
    default = {one.name: one.default for one in fields(Todo)}[missing]
    expected = list(default) if isinstance(default, tuple) else default
    listed = next(one for one in served.items() if one["id"] == TODO)
    assert listed[missing] == served.get(f"/v1/todos/{TODO}")[missing] == expected


@pytest.mark.parametrize("missing", defaulted(TodoList))
def test_a_list_without_a_later_field_is_read(served: Api, table: Any, missing: str) -> None:
    for item in items_of(GOLDEN[-1]):
        old = item["sk"]["S"] == f"L#{GROCERIES}"
        table(served.subject, rewritten(item, OTHER_SHAPES[0], **{missing: ...}) if old else item)
    check_answers(served)


def test_what_a_newer_release_added_is_not_given_out_by_this_one(served: Api, table: Any) -> None:
    for item in items_of(GOLDEN[-1]):
        has_document = item["sk"]["S"][:2] in {"T#", "L#"}
        newer = {**item, "newer": {"S": "x"}}
        table(served.subject, rewritten(newer, OTHER_SHAPES[1], newer=5) if has_document else newer)
    check_answers(served)


def test_what_a_release_of_this_shape_has_cached_is_given_out(served: Api, cache: OwnerCache) -> None:
    for field, kept in json.loads(CACHED.read_text(encoding="utf-8")).items():
        cache.read(served.subject, field, kept.encode)
        _, kind, identifier = field.split(":")
        answer = served.call("GET", f"/v1/{kind}s/{identifier}")
        assert answer.headers["X-Cache"] == "hit"
        assert f"{answer.headers['ETag']}\n{answer.text}" == kept


def test_this_release_caches_what_the_others_of_this_shape_can_read(
    served: Api, table: Any, cache: OwnerCache
) -> None:
    """Bytes that differ from the golden ones need another SHAPE, which is part of their name."""
    for item in items_of(GOLDEN[-1]):
        table(served.subject, item)
    check_answers(served)
    for field, kept in json.loads(CACHED.read_text(encoding="utf-8")).items():
        assert cache.find(served.subject, field) == kept.encode()


def test_releases_side_by_side_do_not_give_out_each_others_cached_answers(
    served: Api,
    dynamo_store: DynamoStore,
    cache: OwnerCache,
    issuer: Issuer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    todo = f"/v1/todos/{served.add()['id']}"
    served.get(todo)
    other = release(dynamo_store, cache, issuer, served.subject)
    with monkeypatch.context() as newer:
        newer.setattr("todos.domain.reading.SHAPE", SHAPE + 1)
        assert other.call("GET", todo).headers["X-Cache"] != "hit"
        other.call("PATCH", todo, {"title": "from the newer one"})
        assert other.get(todo)["title"] == "from the newer one"
    assert served.get(todo)["title"] == "from the newer one"
