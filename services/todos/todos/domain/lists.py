"""What one can do with lists."""

from __future__ import annotations

import logging
from uuid import UUID

from chassis.errors import Transient
from chassis.http.etags import Precondition
from todos.domain.commit import MOST_WRITES
from todos.domain.todolist import ListFields, TodoList, new_list
from todos.domain.unit_of_work import UnitOfWork
from todos.domain.writing import Writer
from todos.errors import DefaultListNotDeleted

log = logging.getLogger(__name__)


class Lists:
    """Writes of lists."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def create(self, owner: str, list_id: UUID, fields: ListFields) -> TodoList:
        """Return the created list, or the one that an earlier try made.

        Raises LimitReached, DefaultListKept.
        """

        def decide(work: UnitOfWork) -> TodoList:
            if work.check_existing and (standing := work.find_list(list_id)) is not None:
                return standing
            todo_list = new_list(list_id, fields)
            work.add_list(todo_list)
            return todo_list

        return self._writer.write(owner, decide)

    def ensure_inbox(self, owner: str) -> None:
        """Make the default list of an account that never wrote; the first write of an account does it."""
        self._writer.write(owner, lambda _work: None)

    def update(self, owner: str, list_id: UUID, fields: ListFields, check: Precondition) -> TodoList:
        """Return the changed list. Raises ListNotFound, Stale, DefaultListKept."""

        def decide(work: UnitOfWork) -> TodoList:
            todo_list = work.todo_list(list_id)
            check(todo_list.version)
            changed = todo_list.changed(fields, work.now)
            if changed is not todo_list:
                work.put_list(changed)
            return changed

        return self._writer.write(owner, decide)

    def delete(self, owner: str, list_id: UUID, check: Precondition) -> None:
        """Delete a list and the to-dos in it. Raises ListNotFound, Stale, DefaultListKept.

        One commit deletes the list and, where they are few enough, its to-dos; else it leaves a note and
        further commits delete them. Should they be cut short, the worker finds the note and goes on.
        """

        def decide(work: UnitOfWork) -> bool:
            todo_list = work.todo_list(list_id)
            check(todo_list.version)
            if todo_list.is_inbox:
                raise DefaultListNotDeleted
            work.remove_list(list_id)
            ids = work.ids_in_list(list_id, MOST_WRITES)
            if len(ids) < MOST_WRITES:
                _remove(work, ids)
                return True
            work.list_to_empty = list_id
            return False

        if self._writer.write(owner, decide):
            return
        try:
            self.sweep(owner, list_id)
        except Transient:
            log.warning("list half deleted", extra={"list_id": str(list_id)})

    def sweep(self, owner: str, list_id: UUID) -> None:
        """Delete what is left in a list that is gone, and the note of it. Raises AccountErased."""

        def decide(work: UnitOfWork) -> bool:
            ids = work.ids_in_list(list_id, MOST_WRITES)
            _remove(work, ids)
            if len(ids) < MOST_WRITES:
                work.emptied_list = list_id
            return work.emptied_list is not None

        while not self._writer.go_on(owner, decide):
            pass


def _remove(work: UnitOfWork, ids: list[UUID]) -> None:
    for todo_id in ids:
        work.remove_todo(todo_id)
