"""/v1/lists"""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

from pydantic import Field

from chassis.http.pagination import PageQuery
from chassis.schemas import Body, Changes, Line, Time, View, Visible
from todos.domain.todolist import ListFields
from todos.schemas.todos import Trimmed

Name = Annotated[Line, Trimmed, Field(min_length=1, max_length=100), Visible]
Color = Annotated[str, Field(pattern=r"^(#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}|[A-Za-z][A-Za-z-]{0,29})$")]


class ListBody(Body):
    """A new list."""

    name: Name
    color: Color | None = Field(default=None, description="As in CSS: #rgb, #rrggbb or a name.")

    def fields(self) -> ListFields:
        """Return what the client said."""
        return ListFields(name=self.name, color=self.color)


class ListPatch(Changes):
    """Changes of a list: what is not given stays."""

    name: Name = Field(default="")
    color: Color | None = Field(default=None, description="As in CSS: #rgb, #rrggbb or a name.")

    def fields(self) -> ListFields:
        """Return what the client said."""
        return cast("ListFields", self.model_dump(exclude_unset=True))


class ListView(View):
    """A list of to-dos."""

    id: UUID
    name: str
    color: str | None
    created_at: Time
    updated_at: Time
    version: int


class ListPage(View):
    """A page of lists."""

    items: list[ListView]
    next_cursor: str | None


class ListsQuery(PageQuery):
    """Which page of lists."""
