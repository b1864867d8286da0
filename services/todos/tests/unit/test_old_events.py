"""The events of to-dos are understood by earlier and later releases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from services.todos.tests.factories import NOON, a_todo

from chassis.messages.events import Event
from chassis.testing import FakeClock
from chassis.testing.old_events import OldEventsContract
from todos.domain.events import TodoEvents


class TestOldEvents(OldEventsContract):
    """The contract."""

    @pytest.fixture
    def golden(self) -> Sequence[Path]:
        return sorted(Path(__file__).with_name("golden").glob("*.json"))

    @pytest.fixture
    def schemas(self) -> Path:
        return Path(__file__).parents[2] / "events"

    @pytest.fixture
    def published(self, owner: str) -> Sequence[Event]:
        return [TodoEvents("https://todos", FakeClock()).due(owner, a_todo(due_at=NOON))]
