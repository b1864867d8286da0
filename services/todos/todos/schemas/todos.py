"""/v1/todos"""

from __future__ import annotations

from typing import Annotated, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from chassis.http.pagination import PageQuery
from chassis.schemas import Body, Changes, Line, Text, Time, View, Visible
from chassis.texts import composed
from todos.domain.order import Sort
from todos.domain.todo import TodoFields
from todos.domain.todo_filter import TodoFilter


def _once_each(tags: list[str]) -> list[str]:
    kept: dict[str, str] = {}
    for tag in tags:
        kept.setdefault(composed(tag), tag)
    return list(kept.values())


Trimmed = StringConstraints(strip_whitespace=True)
Title = Annotated[Line, Trimmed, Field(min_length=1, max_length=500), Visible]
Notes = Annotated[Text, Field(max_length=10_000)]
Tag = Annotated[Line, Trimmed, Field(min_length=1, max_length=50), Visible]
Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(_once_each)]
Priority = Annotated[int, Field(ge=0, le=3)]
Position = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]


class TodoBody(Body):
    """A new to-do. Without a list it goes into the default one; it is placed behind all others."""

    title: Title = Field(description="What is to be done.")
    list_id: UUID | None = Field(default=None, description="The list; null is the default one.")
    notes: Notes | None = Field(default=None)
    due_at: Time | None = Field(default=None)
    priority: Priority = Field(default=0, description="0 (none) to 3 (highest).")
    tags: Tags = Field(default=[], description="Trimmed, and each once.")

    def fields(self) -> TodoFields:
        """Return what the client said."""
        return _fields(self)


class TodoPatch(Changes):
    """Changes of a to-do: what is not given stays. Null clears notes and due time; no list is the inbox."""

    title: Title = Field(default="", description="What is to be done.")
    list_id: UUID | None = Field(default=None, description="The list to move it to; null is the default one.")
    notes: Notes | None = Field(default=None)
    due_at: Time | None = Field(default=None)
    priority: Priority = Field(default=0, description="0 (none) to 3 (highest).")
    tags: Tags = Field(default=[], description="Trimmed, and each once; all of them are replaced.")
    done: bool = Field(default=False, description="Done or open again; `done_at` follows.")
    position: Position = Field(
        default=0.0,
        description="Place in the manual order. Between two others: their mean; to the top: less.",
    )

    def fields(self) -> TodoFields:
        """Return what the client said."""
        return _fields(self)


def _fields(body: TodoBody | TodoPatch) -> TodoFields:
    said = body.model_dump(exclude_unset=True)
    if "tags" in said:
        said["tags"] = tuple(said["tags"])
    return cast("TodoFields", said)


class TodoView(View):
    """A to-do."""

    id: UUID
    list_id: UUID
    title: str
    notes: str | None
    done: bool
    done_at: Time | None
    due_at: Time | None
    priority: int
    tags: list[str]
    position: float
    created_at: Time
    updated_at: Time
    version: int


class TodoPage(View):
    """A page of to-dos."""

    items: list[TodoView]
    next_cursor: str | None


class TodoQuery(PageQuery):
    """Which to-dos, in which order. All filters must hold."""

    list_id: UUID | None = Field(default=None, description="Only those of this list.")
    done: bool | None = Field(default=None, description="Only done ones, or only open ones.")
    due_before: Time | None = Field(default=None, description="Only those due earlier.")
    due_after: Time | None = Field(default=None, description="Only those due then or later.")
    tag: Annotated[Line, Field(min_length=1, max_length=50)] | None = Field(
        default=None, description="Only those with this tag."
    )
    q: Annotated[Text, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="Text in title or notes, in any case and spelling. A request that has looked through much"
        " ends its page early, even empty: go on with `next_cursor` until that is null.",
    )
    sort: Sort = Field(default="created_at", description="To-dos without a due time are always last.")
    order: Literal["asc", "desc"] = Field(default="asc")

    def question(self) -> TodoFilter:
        """Return what is asked."""
        return TodoFilter(
            list_id=self.list_id,
            done=self.done,
            due_before=self.due_before,
            due_after=self.due_after,
            tag=self.tag,
            q=self.q,
            sort=self.sort,
            descending=self.order == "desc",
        )
