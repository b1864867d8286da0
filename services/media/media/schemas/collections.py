"""/v1/collections"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Body, Changes, Line, Text, Time, View, Visible

Title = Annotated[Line, Field(min_length=1, max_length=200), Visible]
Description = Annotated[Text, Field(max_length=5000)]
Path = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){0,7}$",
        max_length=300,
        examples=["film/index.m3u8"],
        description="Where the file is in the collection: files refer to one another by it.",
    ),
]


class NewCollection(Body):
    """A new collection."""

    name: Title
    description: Description = ""


class CollectionPatch(Changes):
    """Changes of a collection: what is not given stays."""

    name: Title = Field(default="")
    description: Description = ""

    def given(self, name: str) -> str | None:
        """Return what the client said of a field, None for nothing."""
        return getattr(self, name) if name in self.model_fields_set else None


class CollectionView(View):
    """A collection. `objects` is how many files are in it."""

    id: UUID
    name: str
    description: str
    objects: int
    created_at: Time
    updated_at: Time
    version: int


class ItemBody(Body):
    """Where an object goes."""

    path: Path | None = Field(default=None, description="Its place; else its file name, in plain ASCII.")


class ItemView(View):
    """An object in a collection: a copy of what it was when it was put there. Open once it is `ready`."""

    object_id: UUID
    path: str
    content_type: str
    size: int
    ready: bool
    added_at: Time


class GrantBody(Body):
    """How long somebody may read."""

    expires_at: Time | None = Field(default=None, description="In the future; none: until it is taken back.")


class GrantView(View):
    """Somebody's right to read a collection."""

    user_id: UUID
    granted_at: Time
    expires_at: Time | None


class AccessBody(Body):
    """How a reader wants to be let in."""

    delivery: Literal["urls", "cookies"]
    seconds: Annotated[int, Field(ge=1, le=604_800)] | None = Field(
        default=None, description="For how long at most; a grant that ends earlier counts."
    )


class FileView(View):
    """A file to read; its `url` is signed unless there are cookies."""

    object_id: UUID
    path: str
    content_type: str
    size: int
    url: str


class AccessView(View):
    """What opens a collection until `expires_at`. With cookies everything below `base_url` is open."""

    collection_id: UUID
    delivery: Literal["urls", "cookies"]
    base_url: str
    expires_at: Time
    items: list[FileView]
    next_cursor: str | None
