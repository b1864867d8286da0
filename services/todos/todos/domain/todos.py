"""What one can do with to-dos."""

from __future__ import annotations

from uuid import UUID

from chassis.http.etags import Precondition
from todos.domain.todo import Todo, TodoFields, new_todo
from todos.domain.unit_of_work import UnitOfWork
from todos.domain.writing import Writer


def create_todo(work: UnitOfWork, todo_id: UUID, fields: TodoFields) -> Todo:
    """Create a to-do, or return the one that an earlier try of the same request created."""
    if work.check_existing and (standing := work.find_todo(todo_id)) is not None:
        return standing
    todo = new_todo(todo_id, work.target_list(fields.get("list_id")), fields, work.next_position())
    work.add_todo(todo)
    return todo


def update_todo(work: UnitOfWork, todo_id: UUID, fields: TodoFields, check: Precondition) -> Todo:
    """Change a to-do; fields that say nothing new change nothing."""
    todo = work.todo(todo_id)
    check(todo.version)
    moves = "list_id" in fields and fields["list_id"] != todo.list_id
    list_id = work.target_list(fields["list_id"]) if moves else todo.list_id
    changed = todo.changed(fields, list_id, work.now)
    if changed is not todo:
        work.put_todo(changed)
    return changed


def delete_todo(work: UnitOfWork, todo_id: UUID, check: Precondition) -> None:
    """Delete a to-do."""
    check(work.todo(todo_id).version)
    work.remove_todo(todo_id)


class Todos:
    """Writes of single to-dos."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def create(self, owner: str, todo_id: UUID, fields: TodoFields) -> Todo:
        """Return the created to-do, or the one that an earlier try made. Raises UnknownList, LimitReached."""
        return self._writer.write(owner, lambda work: create_todo(work, todo_id, fields))

    def update(self, owner: str, todo_id: UUID, fields: TodoFields, check: Precondition) -> Todo:
        """Return the changed to-do. Raises TodoNotFound, UnknownList, Stale."""
        return self._writer.write(owner, lambda work: update_todo(work, todo_id, fields, check))

    def delete(self, owner: str, todo_id: UUID, check: Precondition) -> None:
        """Delete a to-do. Raises TodoNotFound, Stale."""
        self._writer.write(owner, lambda work: delete_todo(work, todo_id, check))
