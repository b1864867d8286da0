"""To-dos and lists as the JSON that clients get; the store keeps it ready-made."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from chassis.schemas import format_time
from chassis.texts import folded
from todos.domain.todo import Todo
from todos.domain.todo_filter import TodoFilter
from todos.domain.todolist import TodoList

SHAPE = 1
"""Which fields a document has, counted up with every field that is added or dropped: documents and cached
answers of another shape, older or newer, are not given out as they stand."""

_todos = TypeAdapter(Todo)
_lists = TypeAdapter(TodoList)


def todo_document(todo: Todo) -> str:
    """Return the JSON of a to-do, as in the API."""
    return _dump(
        {
            "id": str(todo.id),
            "list_id": str(todo.list_id),
            "title": todo.title,
            "notes": todo.notes,
            "done": todo.done,
            "done_at": _time(todo.done_at),
            "due_at": _time(todo.due_at),
            "priority": todo.priority,
            "tags": list(todo.tags),
            "position": todo.position,
            "created_at": format_time(todo.created_at),
            "updated_at": format_time(todo.updated_at),
            "version": todo.version,
        }
    )


def read_todo(document: str) -> Todo:
    """Return the to-do in a document of any shape: what it lacks has its default, the rest is left out."""
    return _todos.validate_json(document)


def text_filter(question: TodoFilter) -> Callable[[str], bool]:
    """Return what tells the documents of the question's answer from others, by what is written in them.

    Most are ruled out without being read: what `q` looks for is in the document if it is in the
    title or the notes, because escapes and case folding do not disturb each other.
    """
    if not question.reads_text:
        return lambda _document: True
    looked_for = _written(question.q or "")

    def belongs(document: str) -> bool:
        return looked_for in folded(document) and question.matches(read_todo(document))

    return belongs


def _written(text: str) -> str:
    """Return what a folded document holds where it holds `text`; nothing, where that is not certain.

    A mark that combines may have become one with what stands before it, an escape's last letter for instance.
    """
    wanted = folded(text)
    return "" if any(map(unicodedata.combining, wanted)) else quoted(wanted)[1:-1]


def quoted(text: str) -> str:
    """Return `text` as it stands in a document, with its quotes."""
    return json.dumps(text, ensure_ascii=False)


def list_document(todo_list: TodoList) -> str:
    """Return the JSON of a list, as in the API."""
    return _dump(
        {
            "id": str(todo_list.id),
            "name": todo_list.name,
            "color": todo_list.color,
            "created_at": format_time(todo_list.created_at),
            "updated_at": format_time(todo_list.updated_at),
            "version": todo_list.version,
        }
    )


def read_list(document: str) -> TodoList:
    """Return the list in a document of any shape."""
    return _lists.validate_json(document)


def size_of(document: str) -> int:
    """Return how many bytes a document has in an answer."""
    return len(document) if document.isascii() else len(document.encode())


def page_document(documents: Sequence[str], next_cursor: str | None) -> str:
    """Return the JSON of a page of ready-made documents."""
    return f'{{"items":[{",".join(documents)}],"next_cursor":{json.dumps(next_cursor)}}}'


def _dump(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _time(value: datetime | None) -> str | None:
    return None if value is None else format_time(value)
