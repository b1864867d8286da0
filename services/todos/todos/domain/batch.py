"""Several writes of to-dos in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from chassis.errors import Problem, Transient
from todos.domain.commit import MOST_WRITES
from todos.domain.ids import nth_id
from todos.domain.todo import Todo, TodoFields
from todos.domain.todos import create_todo, delete_todo, update_todo
from todos.domain.unit_of_work import UnitOfWork
from todos.domain.writing import Writer
from todos.errors import TodoChanged


@dataclass(frozen=True, slots=True)
class Create:
    """Create a to-do."""

    fields: TodoFields


@dataclass(frozen=True, slots=True)
class Update:
    """Change a to-do, of `version` where that is given."""

    id: UUID
    fields: TodoFields
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a to-do, of `version` where that is given."""

    id: UUID
    version: int | None = None


@dataclass(frozen=True, slots=True)
class BadOperation:
    """An operation that makes no sense; `problem` says why."""

    problem: Problem


Operation = Create | Update | Delete | BadOperation


@dataclass(frozen=True, slots=True)
class OperationResult:
    """What became of one operation. `undone` ones were right and not done because another failed."""

    result: Literal["created", "updated", "deleted", "refused", "undone"]
    todo: Todo | None = None
    problem: Problem | None = None


class _Refused(Exception):
    def __init__(self, outcomes: list[OperationResult]) -> None:
        super().__init__("an operation was refused")
        self.outcomes = outcomes


class Batch:
    """Runs operations in their order."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def run(
        self, owner: str, base: UUID, operations: Sequence[Operation], *, atomic: bool
    ) -> list[OperationResult]:
        """Return the outcome of each operation; with `atomic` all are done or none (at most MOST_WRITES).

        The ids of all created to-dos derive from `base`.
        """
        numbered = list(enumerate(operations))
        if atomic:
            try:
                return self._writer.write(owner, lambda work: _all_or_nothing(work, base, numbered))
            except _Refused as refused:
                return refused.outcomes
        outcomes: list[OperationResult] = []
        for start in range(0, len(numbered), MOST_WRITES):
            part = numbered[start : start + MOST_WRITES]
            write = self._writer.go_on if start else self._writer.write
            outcomes += write(owner, lambda work, part=part: _each(work, base, part))  # type: ignore[misc]
        return outcomes


def _all_or_nothing(
    work: UnitOfWork, base: UUID, operations: Sequence[tuple[int, Operation]]
) -> list[OperationResult]:
    outcomes = _each(work, base, operations)
    if any(outcome.problem for outcome in outcomes):
        raise _Refused([outcome if outcome.problem else OperationResult("undone") for outcome in outcomes])
    return outcomes


def _each(work: UnitOfWork, base: UUID, operations: Sequence[tuple[int, Operation]]) -> list[OperationResult]:
    work.read_ahead([one.id for _, one in operations if isinstance(one, Update | Delete)])
    return [_try(work, nth_id(base, number), operation) for number, operation in operations]


def _try(work: UnitOfWork, fresh_id: UUID, operation: Operation) -> OperationResult:
    try:
        return _do(work, fresh_id, operation)
    except Transient:
        raise
    except Problem as problem:
        return OperationResult("refused", problem=problem)


def _do(work: UnitOfWork, fresh_id: UUID, operation: Operation) -> OperationResult:
    match operation:
        case Create(fields):
            return OperationResult("created", create_todo(work, fresh_id, fields))
        case Update(todo_id, fields, version):
            return OperationResult("updated", update_todo(work, todo_id, fields, _expecting(version)))
        case Delete(todo_id, version):
            delete_todo(work, todo_id, _expecting(version))
            return OperationResult("deleted")
        case BadOperation(problem):
            raise problem


def _expecting(version: int | None) -> Callable[[int], None]:
    def check(present: int) -> None:
        if version is not None and version != present:
            raise TodoChanged(present)

    return check
