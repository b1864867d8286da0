"""Several renderers as one: each call gets one that is free."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from queue import LifoQueue

from media.domain.rendering import RenderedPicture
from media.imaging.sandbox import SandboxedRenderer


class RendererPool:
    """A Renderer. At most as many pictures are decoded at once as it has renderers; the others wait."""

    def __init__(self, renderers: Sequence[SandboxedRenderer]) -> None:
        self.renderers = renderers
        self._free: LifoQueue[SandboxedRenderer] = LifoQueue()
        for renderer in renderers:
            self._free.put(renderer)

    def render(self, source: Path, folder: Path) -> RenderedPicture:
        renderer = self._free.get()
        try:
            return renderer.render(source, folder)
        finally:
            self._free.put(renderer)

    def close(self) -> None:
        """End all of them."""
        for renderer in self.renderers:
            renderer.close()
