"""/v1/objects"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from chassis.schemas import Time, View


class FallbackView(View):
    """The same thumbnail as JPEG, on white where it is transparent."""

    content_type: Literal["image/jpeg"] = "image/jpeg"
    url: str


class ThumbnailView(View):
    """A smaller picture; sizes in pixels. `fallback` is for those who cannot show its `content_type`."""

    name: str
    width: int
    height: int
    content_type: str
    url: str
    fallback: FallbackView | None


class ObjectView(View):
    """A file. `url`s are good for at least ten minutes; read the object again for new ones."""

    id: UUID
    filename: str
    content_type: str
    size: int
    sha256: str | None
    status: Literal["pending", "processing", "ready", "rejected"]
    reason: str | None
    width: int | None
    height: int | None
    url: str | None = Field(description="Null until the file was looked at, and where it contains malware.")
    thumbnails: list[ThumbnailView]
    created_at: Time
    public: bool = Field(description="Whether everybody may see its thumbnails.")


class PublicSizeView(View):
    """A picture at an address that everybody may open and keep; sizes in pixels."""

    name: str
    width: int
    height: int
    content_type: str
    url: str


class PublicPictureView(View):
    """A picture that everybody may see. An event about it with a higher `version` has come later."""

    id: UUID
    version: int
    sizes: list[PublicSizeView]
