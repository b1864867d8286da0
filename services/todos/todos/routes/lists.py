"""/v1/lists"""

from __future__ import annotations

from uuid import UUID

from chassis.errors import Conflict, NotFound, Stale
from chassis.http.etags import of_version
from chassis.http.preconditions import if_match
from chassis.http.routing import Answer, Routes, route
from chassis.idempotency.keys import resource_id
from chassis.identity.auth import SIGNED_IN, Caller
from todos.domain.documents import list_document
from todos.domain.lists import Lists
from todos.domain.reading import PageRequest, Reader, list_field
from todos.domain.todolist import TodoList
from todos.routes.cached_response import answer_with
from todos.schemas.lists import ListBody, ListPage, ListPatch, ListsQuery, ListView


def _page_request(query: ListsQuery) -> PageRequest:
    return PageRequest(query.limit, query.cursor, query.fingerprint())


def _lists_field(query: ListsQuery) -> str:
    return _page_request(query).field("lists")


class ListRoutes(Routes):
    """Lists of to-dos; everyone has a default one, `inbox`."""

    tag = "lists"

    def __init__(self, lists: Lists, reader: Reader) -> None:
        self._lists = lists
        self._reader = reader

    @route("GET", "/v1/lists", access=SIGNED_IN, query=ListsQuery, answer=ListPage, cached=_lists_field)
    def list_lists(self, caller: Caller, query: ListsQuery) -> Answer:
        """List lists, the default one first."""
        return answer_with(self._reader.lists(caller.subject, _page_request(query)))

    @route(
        "POST",
        "/v1/lists",
        access=SIGNED_IN,
        body=ListBody,
        answer=ListView,
        status=201,
        raises=[Conflict],
        checks_account=True,
    )
    def create_list(self, caller: Caller, body: ListBody) -> Answer:
        """Create a list."""
        todo_list = self._lists.create(caller.subject, resource_id(), body.fields())
        return _written(todo_list, 201, f"/v1/lists/{todo_list.id}")

    @route(
        "GET",
        "/v1/lists/<uuid:list_id>",
        access=SIGNED_IN,
        answer=ListView,
        raises=[NotFound],
        cached=list_field,
    )
    def get_list(self, caller: Caller, list_id: UUID) -> Answer:
        """Get a list."""
        return answer_with(self._reader.todo_list(caller.subject, list_id))

    @route(
        "PATCH",
        "/v1/lists/<uuid:list_id>",
        access=SIGNED_IN,
        body=ListPatch,
        answer=ListView,
        raises=[NotFound, Stale, Conflict],
        checks_account=True,
    )
    def update_list(self, caller: Caller, list_id: UUID, body: ListPatch) -> Answer:
        """Rename or recolour a list."""
        return _written(self._lists.update(caller.subject, list_id, body.fields(), if_match()), 200)

    @route(
        "DELETE",
        "/v1/lists/<uuid:list_id>",
        access=SIGNED_IN,
        status=204,
        raises=[NotFound, Stale, Conflict],
        checks_account=True,
    )
    def delete_list(self, caller: Caller, list_id: UUID) -> Answer:
        """Delete a list and the to-dos in it."""
        self._lists.delete(caller.subject, list_id, if_match())
        return Answer(status=204)


def _written(todo_list: TodoList, status: int, location: str | None = None) -> Answer:
    return Answer(list_document(todo_list).encode(), status, of_version(todo_list.version), location)
