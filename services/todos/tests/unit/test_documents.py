from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from services.todos.tests.factories import NOON, a_todo

from chassis.ids import new_id
from todos.documents import list_document, page_document, read_list, read_todo, todo_document
from todos.domain.todolist import inbox_of
from todos.schemas import ListPage, ListView, TodoPage, TodoView

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50)


@given(title=TEXT, notes=st.none() | TEXT, tags=st.lists(TEXT, max_size=3), position=st.floats(-1e15, 1e15))
def test_a_todo_survives_being_written(
    title: str, notes: str | None, tags: list[str], position: float
) -> None:
    todo = a_todo(title=title, notes=notes, tags=tuple(tags), position=position, due_at=NOON)
    document = todo_document(todo)
    assert read_todo(document) == todo
    assert json.loads(TodoView.model_validate_json(document).model_dump_json()) == json.loads(document)


def test_a_list_survives_being_written() -> None:
    inbox = replace(inbox_of("ann", NOON), color="#ff0000")
    document = list_document(inbox)
    assert read_list(document) == inbox
    assert ListView.model_validate_json(document).model_dump_json() == document


def test_a_page_is_what_the_contract_says() -> None:
    page = page_document([todo_document(a_todo(id=new_id())) for _ in range(2)], "abc")
    assert TodoPage.model_validate_json(page).model_dump_json() == page
    assert ListPage.model_validate_json(page_document([], None)).next_cursor is None
