"""The picture that a post is shown with: media has it, and lets everybody see it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

_EVERYWHERE = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Picture:
    """The cover in one size, in pixels, at an address that everybody may open."""

    url: str
    width: int
    height: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture of media's, by its object there; `version` is the object's when it became the cover."""

    object_id: UUID
    version: int
    pictures: tuple[Picture, ...]

    @property
    def largest(self) -> Picture:
        """The largest picture, of a kind that every program shows where there is one."""
        return max(self.pictures, key=lambda one: (one.content_type == _EVERYWHERE, one.width))

    def is_over(self, object_id: UUID, version: int) -> bool:
        """Say whether the cover ended with the change of an object to `version`."""
        return self.object_id == object_id and self.version < version
