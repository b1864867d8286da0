"""The events of to-dos are understood by earlier and later releases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from services.todos.tests.factories import NOON, a_todo

from chassis.messages.events import Event
from chassis.testing import FakeClock
from chassis.testing.old_events import OldEventsContract
from todos.domain.events import TodoEvents


class TestOldEvents(OldEventsContract):
    """The contract."""

    @pytest.fixture
    def published(self, owner: str) -> Sequence[Event]:
        return [TodoEvents("https://todos", FakeClock()).due(owner, a_todo(due_at=NOON))]
