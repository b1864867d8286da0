"""/v1/changes"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Query, View
from todos.schemas.lists import ListView
from todos.schemas.todos import TodoView


class ChangesQuery(Query):
    """From where on."""

    since: str | None = Field(default=None, max_length=512, description="`next` of the answer before.")
    limit: int = Field(default=100, ge=1, le=500, description="How many changes at most.")


class ChangeView(View):
    """What became of one list or to-do."""

    type: Literal["list", "todo"]
    op: Literal["upsert", "delete"]
    id: UUID
    data: TodoView | ListView | None = Field(
        default=None, description="As it is now; null once it is deleted."
    )


class ChangesView(View):
    """A page of changes."""

    changes: list[ChangeView]
    next: str = Field(description="Send it as `since` next time.")
    more: bool = Field(description="Whether there are further changes already.")
