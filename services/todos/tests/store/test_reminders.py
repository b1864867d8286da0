"""What every store does about reminders, and what the worker makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from services.todos.tests.factories import NOON, a_todo

from chassis.ids import new_id
from chassis.messages.events import Event, parse
from chassis.stores.dynamodb import query
from chassis.testing import FakeClock
from todos.domain.commit import Commit, Removed
from todos.domain.events import DUE, TodoEvents
from todos.domain.ports import TodoStore
from todos.domain.reminders import Reminder, Reminders
from todos.domain.todo import Todo
from todos.store.dynamodb import DynamoStore
from todos.store.memory import MemoryStore

SCHEMA = Path(__file__).parents[2] / "events" / f"{DUE}.schema.json"
DUE_AT = NOON + timedelta(hours=1)
FORGET_AT = 4_000_000_000

Kept = Callable[[Todo], list[Event]]


def commit(store: TodoStore, owner: str, *todos: Todo, removed: tuple[Removed, ...] = ()) -> None:
    before = store.head(owner)
    after = replace(before, seq=before.seq + 1)
    store.commit(Commit(owner, before, after, (), todos, frozenset(), removed, FORGET_AT))


def pending(store: TodoStore, owner: str, now: datetime = DUE_AT) -> list[Reminder]:
    """Return the account's own: the table is every test's."""
    return [found for found in store.due_reminders(now, 10_000) if found.owner == owner]


def event_of(reminder: Reminder) -> Event:
    return Event(
        id=new_id(), source="todos", type=DUE, subject=str(reminder.todo.id), time=NOON, data={"title": "x"}
    )


def remind(store: TodoStore, reminder: Reminder) -> bool:
    return store.remind(reminder, event_of(reminder), FORGET_AT)


@pytest.fixture
def todo() -> Todo:
    return a_todo(title="water the plants", due_at=DUE_AT)


@pytest.fixture
def kept(any_store: TodoStore) -> Kept:
    """Return the events of a to-do that wait to be published."""

    def find(todo: Todo) -> list[Event]:
        events = any_store.outbox.events if isinstance(any_store, MemoryStore) else in_table(any_store)
        return [event for event in events if event.subject == str(todo.id)]

    return find


def in_table(store: TodoStore) -> list[Event]:
    assert isinstance(store, DynamoStore)
    found = query(
        store._client,
        "Reading events",
        TableName=store._table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "OUTBOX"}},
    )
    return [parse(item["event"]["S"]) for item in found]


def test_an_open_todo_whose_time_has_come_has_one_event(
    any_store: TodoStore, owner: str, todo: Todo, kept: Kept
) -> None:
    commit(any_store, owner, todo)
    clock = FakeClock(DUE_AT)
    for _ in range(3):
        Reminders(any_store, TodoEvents("https://todos.example.test", clock), clock).run()
        clock.advance(60)
    [event] = kept(todo)
    assert event.data == {
        "account_id": owner,
        "id": str(todo.id),
        "list_id": str(todo.list_id),
        "title": "water the plants",
        "due_at": "2026-01-31T13:00:00.000Z",
    }
    jsonschema.validate(json.loads(event.model_dump_json(exclude_none=True)), json.loads(SCHEMA.read_text()))


def test_what_has_piled_up_is_worked_off_in_one_round(any_store: TodoStore, owner: str) -> None:
    for _ in range(3):
        commit(any_store, owner, *(a_todo(due_at=DUE_AT) for _ in range(40)))
    assert len(pending(any_store, owner)) == 120
    clock = FakeClock(DUE_AT)
    Reminders(any_store, TodoEvents("https://todos.example.test", clock), clock).run()
    assert pending(any_store, owner) == []


def test_nobody_is_reminded_before_the_time_nor_of_what_has_none(
    any_store: TodoStore, owner: str, todo: Todo
) -> None:
    commit(any_store, owner, todo, a_todo())
    assert pending(any_store, owner, DUE_AT - timedelta(milliseconds=1)) == []
    assert pending(any_store, owner) == [Reminder(owner, todo)]


def test_of_many_workers_one_reminds(any_store: TodoStore, owner: str, todo: Todo, kept: Kept) -> None:
    commit(any_store, owner, todo)
    [reminder] = pending(any_store, owner)

    def attempt(_worker: int) -> bool:
        try:
            return remind(any_store, reminder)
        except Exception:  # noqa: BLE001  # two at once collide; whoever is told so tries again later
            return False

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(16)))
    remind(any_store, reminder)
    assert len(kept(todo)) == 1
    assert pending(any_store, owner) == []


@pytest.mark.parametrize(
    "change",
    [
        {"done": True, "done_at": NOON},
        {"due_at": DUE_AT + timedelta(hours=1)},
        {"due_at": None},
    ],
    ids=["done", "moved", "without a time"],
)
def test_what_has_changed_since_it_was_found_has_no_event(
    any_store: TodoStore, owner: str, todo: Todo, kept: Kept, change: dict[str, Any]
) -> None:
    commit(any_store, owner, todo)
    [reminder] = pending(any_store, owner)
    commit(any_store, owner, replace(todo, version=2, **change))
    assert not remind(any_store, reminder)
    assert (kept(todo), pending(any_store, owner)) == ([], [])


def test_what_was_deleted_since_it_was_found_has_no_event(
    any_store: TodoStore, owner: str, todo: Todo, kept: Kept
) -> None:
    commit(any_store, owner, todo)
    [reminder] = pending(any_store, owner)
    commit(any_store, owner, removed=(("todo", todo.id),))
    assert not remind(any_store, reminder)
    assert (kept(todo), pending(any_store, owner)) == ([], [])


def test_an_account_that_is_being_erased_is_not_reminded(
    any_store: TodoStore, owner: str, todo: Todo, kept: Kept
) -> None:
    commit(any_store, owner, todo)
    [reminder] = pending(any_store, owner)
    any_store.mark_erased(owner, FORGET_AT)
    assert not remind(any_store, reminder)
    any_store.erase(owner)
    assert (kept(todo), pending(any_store, owner)) == ([], [])


def test_nothing_is_left_of_an_erased_accounts_reminders(
    any_store: TodoStore, owner: str, todo: Todo
) -> None:
    commit(any_store, owner, todo)
    assert remind(any_store, pending(any_store, owner)[0])
    any_store.mark_erased(owner, FORGET_AT)
    any_store.erase(owner)
    assert pending(any_store, owner) == []


def test_a_later_time_is_reminded_of_again(any_store: TodoStore, owner: str, todo: Todo, kept: Kept) -> None:
    later = replace(todo, version=2, due_at=DUE_AT + timedelta(hours=1))
    commit(any_store, owner, todo)
    assert remind(any_store, pending(any_store, owner)[0])
    commit(any_store, owner, later)
    assert remind(any_store, pending(any_store, owner, DUE_AT + timedelta(hours=1))[0])
    assert len(kept(todo)) == 2


def test_who_writes_with_a_clock_behind_the_workers_is_not_reminded_twice(
    any_store: TodoStore, owner: str, todo: Todo, kept: Kept
) -> None:
    commit(any_store, owner, todo)
    [reminder] = pending(any_store, owner)
    assert remind(any_store, reminder)
    commit(any_store, owner, replace(todo, version=2, title="changed"))
    for found in pending(any_store, owner):
        assert not remind(any_store, found)
    assert pending(any_store, owner) == []
    assert len(kept(todo)) == 1


def test_who_writes_a_todo_after_its_time_has_seen_it(any_store: TodoStore, owner: str) -> None:
    commit(any_store, owner, a_todo(due_at=DUE_AT, updated_at=DUE_AT))
    assert pending(any_store, owner) == []


def test_a_reminder_changes_nothing_that_readers_see(any_store: TodoStore, owner: str, todo: Todo) -> None:
    commit(any_store, owner, todo)
    before = any_store.changes(owner, "0", 10).items
    assert remind(any_store, pending(any_store, owner)[0])
    assert any_store.todo(owner, todo.id) == todo
    assert any_store.changes(owner, "0", 10).items == before
