from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from services.todos.tests.factories import NOON, a_todo

from chassis.errors import Invalid
from todos.domain.todo_filter import TodoFilter

HOUR = timedelta(hours=1)


def test_a_question_without_filters_is_about_every_todo() -> None:
    assert TodoFilter().matches(a_todo())
    assert not TodoFilter().filters


@pytest.mark.parametrize(
    ("question", "matching", "other"),
    [
        (TodoFilter(list_id=UUID(int=7)), {}, {"list_id": UUID(int=8)}),
        (TodoFilter(done=True), {"done": True}, {}),
        (TodoFilter(done=False), {}, {"done": True}),
        (TodoFilter(tag="x"), {"tags": ("y", "x")}, {"tags": ("X",)}),
        (TodoFilter(q="MILK"), {}, {"title": "bread"}),
        (TodoFilter(q="straße"), {"notes": "STRASSE"}, {"notes": None}),
        (TodoFilter(due_before=NOON), {"due_at": NOON - HOUR}, {"due_at": NOON}),
        (TodoFilter(due_after=NOON), {"due_at": NOON}, {"due_at": NOON - HOUR}),
        (TodoFilter(due_after=NOON), {"due_at": NOON}, {"due_at": None}),
    ],
)
def test_a_filter_tells_todos_apart(question: TodoFilter, matching: dict, other: dict) -> None:  # type: ignore[type-arg]
    assert question.matches(a_todo(**matching))
    assert not question.matches(a_todo(**other))
    assert question.filters


def test_days_tile() -> None:
    midnight = TodoFilter(due_after=NOON, due_before=NOON + HOUR), TodoFilter(due_after=NOON + HOUR)
    todo = a_todo(due_at=NOON + HOUR)
    assert [question.matches(todo) for question in midnight] == [False, True]


@pytest.mark.parametrize("key", ["\x1f", "zzz", "~"])
def test_a_key_outside_the_question_is_refused(key: str) -> None:
    question = TodoFilter(sort="due_at", due_before=NOON)
    with pytest.raises(Invalid):
        question.ranges(key)


def test_an_interval_that_ends_before_it_begins_holds_nothing() -> None:
    assert TodoFilter(sort="due_at", due_after=NOON, due_before=NOON - HOUR).ranges(None) == []
