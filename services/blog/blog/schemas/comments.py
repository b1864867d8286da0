"""/v1/posts/{slug}/comments"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from blog.schemas.posts import AuthorView
from chassis.schemas import Body, Text, Time, View, Visible

CommentText = Annotated[
    Text, StringConstraints(strip_whitespace=True), Field(min_length=1, max_length=5000), Visible
]


class CommentBody(Body):
    """A new comment: plain text."""

    text: CommentText
    parent_id: UUID | None = Field(default=None, description="The comment that is answered.")


class CommentView(View):
    """A comment. One that was deleted has neither text nor author; its answers stay."""

    id: UUID
    parent_id: UUID | None
    author: AuthorView | None
    text: str | None
    deleted: bool
    created_at: Time
