"""A checkout of its own, whose suite may be started as a test asks for it."""

from __future__ import annotations

from tests.scaffold.conftest import checkout, copied  # noqa: F401  # pytest finds fixtures by their names
