from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from services.todos.tests.factories import NOON, a_todo

from chassis.ids import new_id
from todos.domain.documents import (
    list_document,
    page_document,
    read_list,
    read_todo,
    text_filter,
    todo_document,
)
from todos.domain.todo_filter import TodoFilter
from todos.domain.todolist import inbox_of
from todos.schemas.lists import ListPage, ListView
from todos.schemas.todos import TodoPage, TodoView

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50)


@given(title=TEXT, notes=st.none() | TEXT, tags=st.lists(TEXT, max_size=3), position=st.floats(-1e15, 1e15))
def test_a_todo_survives_being_written(
    title: str, notes: str | None, tags: list[str], position: float
) -> None:
    todo = a_todo(title=title, notes=notes, tags=tuple(tags), position=position, due_at=NOON)
    document = todo_document(todo)
    assert read_todo(document) == todo
    assert json.loads(TodoView.model_validate_json(document).model_dump_json()) == json.loads(document)


@given(
    title=st.text(),
    notes=st.none() | st.text(),
    q=st.none() | st.text(),
    tag=st.none() | st.text(max_size=2),
    tags=st.lists(st.text(max_size=2), max_size=3),
)
def test_what_is_ruled_out_unread_does_not_match(
    title: str, notes: str | None, q: str | None, tag: str | None, tags: list[str]
) -> None:
    todo = a_todo(title=title, notes=notes, tags=tuple(tags))
    document = todo_document(todo)
    for asked in (q, title[1:4], title.upper()[2:], (notes or "").swapcase()[:3]):
        question = TodoFilter(q=asked, tag=tag)
        assert text_filter(question)(document) == question.matches(todo)


def test_a_list_survives_being_written() -> None:
    inbox = replace(inbox_of("ann", NOON), color="#ff0000")
    document = list_document(inbox)
    assert read_list(document) == inbox
    assert ListView.model_validate_json(document).model_dump_json() == document


def test_a_page_is_what_the_contract_says() -> None:
    page = page_document([todo_document(a_todo(id=new_id())) for _ in range(2)], "abc")
    assert TodoPage.model_validate_json(page).model_dump_json() == page
    assert ListPage.model_validate_json(page_document([], None)).next_cursor is None
