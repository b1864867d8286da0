"""The events of posts are understood by earlier and later releases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from services.blog.tests.factories import new_draft, published

from blog.domain.events import PostEvents
from chassis.messages.events import Event
from chassis.testing import FakeClock
from chassis.testing.old_events import OldEventsContract


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
        events, (_, post) = PostEvents("https://blog", FakeClock()), published(new_draft(owner, tags=("a",)))
        return [events.published(post), events.changed(post), events.withdrawn(post)]
