"""The events of objects are understood by earlier and later releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from services.media.tests.factories import an_object, some_events

from chassis.messages.events import Event
from chassis.testing.old_events import OldEventsContract
from media.domain.objects import MediaObject, Status


def made(old: MediaObject, new: MediaObject | None) -> Event:
    event = some_events().of(old, new)
    assert event is not None
    return event


class TestOldEvents(OldEventsContract):
    """The contract."""

    @pytest.fixture
    def published(self, owner: str) -> Sequence[Event]:
        arrived = an_object(owner, status=Status.PROCESSING, etag="e")
        ready = replace(arrived, status=Status.READY, width=4000, height=3000)
        refused = replace(arrived, status=Status.REJECTED, reason="The file is damaged.")
        return [
            made(arrived, ready),
            made(arrived, refused),
            made(replace(ready, public=True), ready),
            made(ready, None),
        ]
