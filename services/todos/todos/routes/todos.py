"""/v1/todos"""

from __future__ import annotations

from uuid import UUID

from chassis.errors import Conflict, Invalid, NotFound, Stale
from chassis.http.etags import of_version
from chassis.http.preconditions import if_match
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import SIGNED_IN, Caller
from todos.domain.documents import todo_document
from todos.domain.reading import PageRequest, Reader, todo_field
from todos.domain.todo import Todo
from todos.domain.todos import Todos
from todos.routes.cached_response import answer_with
from todos.schemas.todos import TodoBody, TodoPage, TodoPatch, TodoQuery, TodoView


def _page_request(query: TodoQuery) -> PageRequest:
    return PageRequest(query.limit, query.cursor, query.fingerprint())


def _page_field(query: TodoQuery) -> str:
    return _page_request(query).field("page")


class TodoRoutes(Routes):
    """Single to-dos, and pages of them."""

    tag = "todos"

    def __init__(self, todos: Todos, reader: Reader) -> None:
        self._todos = todos
        self._reader = reader

    @route("GET", "/v1/todos", access=SIGNED_IN, query=TodoQuery, answer=TodoPage, cached=_page_field)
    def list_todos(self, caller: Caller, query: TodoQuery) -> Answer:
        """List to-dos."""
        return answer_with(self._reader.page(caller.subject, query.question(), _page_request(query)))

    @route(
        "POST",
        "/v1/todos",
        access=SIGNED_IN,
        body=TodoBody,
        answer=TodoView,
        status=201,
        raises=[Conflict],
        checks_account=True,
    )
    def create_todo(self, caller: Caller, body: TodoBody) -> Answer:
        """Create a to-do."""
        todo = self._todos.create(caller.subject, resource_id(), body.fields())
        return _written(todo, 201, f"/v1/todos/{todo.id}")

    @route(
        "GET",
        "/v1/todos/<uuid:todo_id>",
        access=SIGNED_IN,
        answer=TodoView,
        raises=[NotFound],
        cached=todo_field,
    )
    def get_todo(self, caller: Caller, todo_id: UUID) -> Answer:
        """Get a to-do."""
        return answer_with(self._reader.todo(caller.subject, todo_id))

    @route(
        "PATCH",
        "/v1/todos/<uuid:todo_id>",
        access=SIGNED_IN,
        body=TodoPatch,
        answer=TodoView,
        raises=[NotFound, Stale, Invalid],
        checks_account=True,
    )
    def update_todo(self, caller: Caller, todo_id: UUID, body: TodoPatch) -> Answer:
        """Change a to-do."""
        return _written(self._todos.update(caller.subject, todo_id, body.fields(), if_match()), 200)

    @route(
        "DELETE",
        "/v1/todos/<uuid:todo_id>",
        access=SIGNED_IN,
        status=204,
        raises=[NotFound, Stale],
        checks_account=True,
    )
    def delete_todo(self, caller: Caller, todo_id: UUID) -> Answer:
        """Delete a to-do."""
        self._todos.delete(caller.subject, todo_id, if_match())
        return Answer(status=204)


def _written(todo: Todo, status: int, location: str | None = None) -> Answer:
    return Answer(todo_document(todo).encode(), status, of_version(todo.version), location)
