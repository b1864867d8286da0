from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from services.todos.tests.factories import NOON, a_todo

from chassis.ids import new_id
from todos.domain.todo import TodoFields, new_todo

LATER = NOON + timedelta(hours=1)
HOME = UUID(int=7)


def test_a_new_todo_was_created_when_its_id_says() -> None:
    todo = new_todo(new_id(), HOME, {"title": "x"}, 5.0)
    assert todo.created_at == todo.updated_at
    assert (todo.version, todo.position, todo.done, todo.tags) == (1, 5.0, False, ())


@pytest.mark.parametrize(
    "fields", [{}, {"title": "buy milk"}, {"done": False}, {"due_at": None, "tags": (), "priority": 0}]
)
def test_a_change_that_says_nothing_new_changes_nothing(fields: TodoFields) -> None:
    todo = a_todo()
    assert todo.changed(fields, HOME, LATER) is todo


def test_a_change_counts_the_version_and_notes_the_time() -> None:
    changed = a_todo().changed({"title": "sell milk"}, HOME, LATER)
    assert (changed.title, changed.version, changed.updated_at, changed.created_at) == (
        "sell milk",
        2,
        LATER,
        NOON,
    )


def test_done_at_is_when_it_became_done() -> None:
    done = a_todo().changed({"done": True}, HOME, LATER)
    renamed = done.changed({"done": True, "title": "x"}, HOME, LATER + timedelta(hours=1))
    assert done.done_at == renamed.done_at == LATER


def test_an_open_todo_has_no_done_at() -> None:
    reopened = a_todo(done=True, done_at=NOON).changed({"done": False}, HOME, LATER)
    assert (reopened.done, reopened.done_at) == (False, None)


def test_a_todo_moves_to_another_list() -> None:
    assert a_todo().changed({}, UUID(int=8), LATER).list_id == UUID(int=8)


def test_null_clears_notes_and_due_time() -> None:
    changed = a_todo(notes="x", due_at=NOON).changed({"notes": None, "due_at": None}, HOME, LATER)
    assert (changed.notes, changed.due_at) == (None, None)


def test_a_clock_that_went_back_does_not_make_a_todo_older() -> None:
    changed = a_todo(updated_at=LATER).changed({"title": "x"}, HOME, NOON)
    assert changed.updated_at == LATER
