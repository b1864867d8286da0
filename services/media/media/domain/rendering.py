"""What is asked of a renderer of thumbnails. Decoders import it, so it imports little itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rendering:
    """A thumbnail as files in a scratch folder: `path`, and as JPEG for clients that cannot show that."""

    name: str
    width: int
    height: int
    content_type: str
    path: Path
    fallback: Path


@dataclass(frozen=True, slots=True)
class RenderedPicture:
    """A picture that was read: its real type, its size as it is meant to be seen, its thumbnails."""

    content_type: str
    width: int
    height: int
    renderings: tuple[Rendering, ...]


class Renderer(Protocol):
    """Makes thumbnails."""

    def render(self, source: Path, folder: Path) -> RenderedPicture:
        """Render `source` into `folder`, in bounded time and memory.

        Raises Unreadable when the file is to blame, RenderingFailed when that is not known, LimitExceeded
        when it needs more time or memory, Unsupported when it is a picture of a kind that is not drawn.
        """
        ...
