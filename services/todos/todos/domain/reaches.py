"""Which cached answers a write can change: those whose stretch of an order holds a to-do before or after it.

A page is read from its first place to the last one that was looked at for it. Its filters are not
considered: a to-do of that stretch may or may not have to do with the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from chassis.stores.reach import FIRST, LAST, Place, Reach
from todos.domain.commit import Commit
from todos.domain.order import KEYS
from todos.domain.todo import Todo
from todos.domain.todo_filter import TodoFilter

_LIST, _TODO = "list", "todo"

ALL_LISTS = Reach(_LIST)


def reach_of_todo(todo_id: UUID) -> Reach:
    """Return the reach of what is kept of one to-do, whether it exists or not."""
    return Reach(_TODO, str(todo_id), str(todo_id))


def reach_of_list(list_id: UUID) -> Reach:
    """Return the reach of what is kept of one list, whether it exists or not."""
    return Reach(_LIST, str(list_id), str(list_id))


def reach_of_page(question: TodoFilter, after: str | None, last: str | None) -> Reach:
    """Return the reach of a page behind `after`; `last` is the last key that was looked at, None for all.

    Undated to-dos come last in both directions: a page by descending due time reaches everywhere.
    """
    if question.descending and question.sort == "due_at":
        return Reach(question.sort)
    if question.descending:
        return Reach(question.sort, last or FIRST, after or LAST)
    return Reach(question.sort, after or FIRST, last or LAST)


def places_of(commit: Commit) -> list[Place] | None:
    """Return all places where the commit changes something; None where they are not all known."""
    known = commit.new | {todo.id for todo in commit.replaced}
    changed = {todo.id for todo in commit.todos} | {one for kind, one in commit.removed if kind == "todo"}
    if not changed <= known:
        return None
    return list(_places(commit))


def _places(commit: Commit) -> Iterator[Place]:
    for todo_list in commit.lists:
        yield Place(_LIST, str(todo_list.id))
    for kind, identifier in commit.removed:
        yield Place(kind, str(identifier))
    for todo in (*commit.todos, *commit.replaced):
        yield from _places_of_todo(todo)


def _places_of_todo(todo: Todo) -> Iterator[Place]:
    yield Place(_TODO, str(todo.id))
    for order, key in KEYS.items():
        yield Place(order, key(todo))
