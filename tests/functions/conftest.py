"""A checkout of its own, whose suite may be started as a test asks for it."""

from __future__ import annotations

from tests.scaffold.conftest import checkout, copied

__all__ = ["checkout", "copied"]
