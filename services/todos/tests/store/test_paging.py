"""Pages of every question agree with a plain model, whatever is written meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from services.todos.tests.factories import NOON, a_todo

from chassis.ids import new_id
from todos.domain.commit import Commit
from todos.domain.documents import read_todo
from todos.domain.ports import TodoStore
from todos.domain.todo import Todo
from todos.domain.todo_filter import TodoFilter
from todos.store.dynamodb import DynamoStore
from todos.store.memory import MemoryStore

LISTS = st.sampled_from([UUID(int=1), UUID(int=2)])
TIMES = st.integers(0, 4).map(lambda hours: NOON + timedelta(hours=hours))
TAGS = st.sampled_from(["a", "ab", 'a"b', "a\\b", "title"])
TODOS = st.builds(
    a_todo,
    id=st.builds(new_id),
    list_id=LISTS,
    done=st.booleans(),
    due_at=st.none() | TIMES,
    tags=st.lists(TAGS, max_size=2, unique=True).map(tuple),
    title=st.sampled_from(["Milk", "bread", "MILKY way", 'the "a" list', "Straße \\ a"]),
    position=st.sampled_from([-1.5, 0.0, 2.0, 1e9]),
)
QUESTIONS = st.builds(
    TodoFilter,
    list_id=st.none() | LISTS,
    done=st.none() | st.booleans(),
    due_before=st.none() | TIMES,
    due_after=st.none() | TIMES,
    tag=st.none() | TAGS,
    q=st.none() | st.sampled_from(["milk", '"a"', "STRASSE \\", "title"]),
    sort=st.sampled_from(["created_at", "due_at", "position"]),
    descending=st.booleans(),
)


def model(todos: list[Todo], question: TodoFilter) -> list[UUID]:
    """Return the ids that the question should find, by plain sorting."""
    places = {
        "created_at": lambda todo: (str(todo.id),),
        "due_at": lambda todo: (todo.due_at or NOON, str(todo.id)),
        "position": lambda todo: (todo.position, str(todo.id)),
    }
    found = [todo for todo in todos if question.matches(todo)]
    undated = [todo for todo in found if question.sort == "due_at" and todo.due_at is None]
    dated = [todo for todo in found if todo not in undated]
    ordered = [
        todo
        for part in (dated, undated)
        for todo in sorted(part, key=places[question.sort], reverse=question.descending)
    ]
    return [todo.id for todo in ordered]


def write(store: TodoStore, owner: str, *todos: Todo) -> None:
    before = store.head(owner)
    after = replace(before, seq=before.seq + 1)
    store.commit(Commit(owner, before, after, (), todos, frozenset(), (), 4_000_000_000))


def pages(store: TodoStore, owner: str, question: TodoFilter, limit: int) -> Iterator[list[UUID]]:
    after: str | None = None
    while True:
        part = store.page(owner, question, after, limit)
        assert len(part.items) <= limit
        yield [read_todo(document).id for document in part.items]
        if part.position is None:
            return
        after = str(part.position["after"])


def agree(store: TodoStore, todos: list[Todo], question: TodoFilter, limit: int) -> None:
    owner = str(new_id())
    if todos:
        write(store, owner, *todos)
    found = [todo_id for page in pages(store, owner, question, limit) for todo_id in page]
    assert found == model(todos, question)


@settings(deadline=None, max_examples=150)
@given(st.lists(TODOS, max_size=12), QUESTIONS, st.integers(1, 5))
def test_pages_in_memory_agree_with_the_model(todos: list[Todo], question: TodoFilter, limit: int) -> None:
    agree(MemoryStore(), todos, question, limit)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TODOS, max_size=12), QUESTIONS, st.integers(1, 5))
def test_pages_in_dynamodb_agree_with_the_model(
    dynamo_store: DynamoStore, todos: list[Todo], question: TodoFilter, limit: int
) -> None:
    agree(dynamo_store, todos, question, limit)


@pytest.mark.parametrize("sort", ["created_at", "due_at", "position"])
@pytest.mark.parametrize("descending", [False, True])
def test_what_exists_throughout_is_on_one_page_while_others_are_written(
    any_store: TodoStore, owner: str, sort: str, descending: bool
) -> None:
    question = TodoFilter(sort=sort, descending=descending)  # type: ignore[arg-type]  # pytest gives strings
    due = [None, NOON, NOON + timedelta(hours=1)]
    throughout = [a_todo(id=new_id(), due_at=due[number % 3], position=float(number)) for number in range(30)]
    write(any_store, owner, *throughout)
    seen: list[UUID] = []
    for number, page in enumerate(pages(any_store, owner, question, 4)):
        seen += page
        write(any_store, owner, a_todo(id=new_id(), due_at=due[number % 3], position=number + 0.5))
    ids = [todo_id for todo_id in seen if todo_id in {todo.id for todo in throughout}]
    assert sorted(ids) == sorted(todo.id for todo in throughout)


@pytest.mark.parametrize("sort", ["created_at", "due_at", "position"])
@pytest.mark.parametrize("descending", [False, True])
def test_a_page_depends_on_nothing_behind_the_first_todo_that_it_left_out(
    any_store: TodoStore, owner: str, sort: str, descending: bool
) -> None:
    question = TodoFilter(sort=sort, descending=descending)  # type: ignore[arg-type]  # pytest gives strings
    due = [NOON, NOON + timedelta(hours=1)]
    todos = [a_todo(id=new_id(), due_at=due[number // 2], position=float(number)) for number in range(4)]
    write(any_store, owner, *todos)
    by_id = {todo.id: todo for todo in todos}
    ordered = [by_id[todo_id] for todo_id in model(todos, question)]
    assert any_store.page(owner, question, None, 2).looked_at == question.key(ordered[2])
    assert any_store.page(owner, question, question.key(ordered[1]), 2).looked_at is None
