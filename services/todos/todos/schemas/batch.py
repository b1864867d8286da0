"""The body and the answer of a batch."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError, WrapValidator, model_validator

from chassis.errors import FieldError
from chassis.jsonpointer import invalid
from chassis.schemas import Body, View
from todos.domain.batch import BadOperation, Create, Delete, Operation, Update
from todos.domain.commit import MOST_WRITES
from todos.errors import OperationInvalid
from todos.schemas.todos import TodoBody, TodoPatch, TodoView

MOST_OPERATIONS = 100

Version = Annotated[int, Field(ge=1, description="Refuse (412) when the to-do has another version.")]


class CreateOperation(TodoBody):
    """Create a to-do."""

    op: Literal["create"]

    def operation(self) -> Operation:
        """Return what is to be done."""
        return Create(self.fields())


class UpdateOperation(TodoPatch):
    """Change a to-do: what is not given stays."""

    op: Literal["update"]
    id: UUID
    version: Version | None = None

    def operation(self) -> Operation:
        """Return what is to be done."""
        return Update(self.id, self.fields(), self.version)


class DeleteOperation(Body):
    """Delete a to-do."""

    op: Literal["delete"]
    id: UUID
    version: Version | None = None

    def operation(self) -> Operation:
        """Return what is to be done."""
        return Delete(self.id, self.version)


class UnreadableOperation(Body):
    """Stands for an operation that makes no sense: it is refused, and the others are not held up."""

    errors: tuple[FieldError, ...]

    def operation(self) -> Operation:
        """Return what is to be done."""
        return BadOperation(OperationInvalid(self.errors))


def _or_unreadable(value: Any, _validate: Callable[[Any], Any]) -> Any:
    """Return the operation in `value`, read as the JSON it came from: as Python a time in text is no time."""
    try:
        return _readable.validate_json(json.dumps(value))
    except ValidationError as error:
        return UnreadableOperation(errors=tuple(_of_operation(item) for item in invalid(error).errors))


def _of_operation(error: FieldError) -> FieldError:
    """Return the error with a pointer into the operation; pydantic's begins with the kind of operation."""
    first, _, rest = error.pointer.removeprefix("/").partition("/")
    if first not in {"create", "update", "delete"}:
        return error
    return FieldError(f"/{rest}" if rest else "", error.message)


ReadableOperation = Annotated[CreateOperation | UpdateOperation | DeleteOperation, Field(discriminator="op")]
AnyOperation = Annotated[ReadableOperation, WrapValidator(_or_unreadable)]
_readable: TypeAdapter[Any] = TypeAdapter(ReadableOperation)


class BatchBody(Body):
    """Operations on to-dos, done in their order. With `atomic` all are done or none."""

    operations: list[AnyOperation] = Field(min_length=1, max_length=MOST_OPERATIONS)
    atomic: bool = Field(default=False, description=f"At most {MOST_WRITES} operations can be atomic.")

    @model_validator(mode="after")
    def _atomic_ones_are_few(self) -> BatchBody:
        if self.atomic and len(self.operations) > MOST_WRITES:
            raise ValueError(f"at most {MOST_WRITES} operations can be atomic")
        return self

    def wanted(self) -> list[Operation]:
        """Return what is to be done."""
        return [one.operation() for one in self.operations]


class FieldProblemView(View):
    """One wrong value of an operation; `pointer` leads into the operation."""

    pointer: str
    message: str


class ProblemView(View):
    """Why an operation was not done (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblemView] | None = None


class OutcomeView(View):
    """What became of one operation.

    `status` is what the same call alone would have answered; 424 says that another operation of
    an atomic batch failed. `body` is left out once the answer is large: read the to-do by itself.
    """

    status: int
    body: TodoView | None = None
    problem: ProblemView | None = None


class BatchView(View):
    """The outcomes, in the order of the operations."""

    outcomes: list[OutcomeView]
