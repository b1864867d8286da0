"""The events of posts are understood by earlier and later releases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from services.blog.tests.factories import new_draft, published

from blog.domain.events import PostEvents
from chassis.messages.events import Event
from chassis.testing import FakeClock
from chassis.testing.old_events import OldEventsContract


class TestOldEvents(OldEventsContract):
    """The contract."""

    @pytest.fixture
    def published(self, owner: str) -> Sequence[Event]:
        events, (_, post) = PostEvents("https://blog", FakeClock()), published(new_draft(owner, tags=("a",)))
        return [events.published(post), events.changed(post), events.withdrawn(post)]
