"""What media tells of its objects: each of these ends a cover that was chosen before.

An object that is ready a second time has another content. An event may come twice, late, or out of order: the
object's version says what it is about.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ValidationError

from blog.domain.posts import Posts
from blog.errors import NotAnObject
from chassis.messages.events import parse


class ObjectChange(BaseModel):
    """What is needed of an event's data."""

    id: UUID
    version: int


class CoverEvents:
    """Handles the events of media."""

    def __init__(self, posts: Posts) -> None:
        self._posts = posts

    def handle(self, body: str) -> None:
        """Take the cover off the posts that have it. Raises Transient, and Invalid for what is no event."""
        try:
            change = ObjectChange.model_validate(parse(body).data)
        except ValidationError as error:
            raise NotAnObject from error
        self._posts.end_cover(change.id, change.version)
