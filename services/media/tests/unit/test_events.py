"""Which change of an object is an event, and which is nobody else's business."""

from __future__ import annotations

from dataclasses import replace

import pytest
from services.media.tests.factories import an_object, some_events

from chassis.testing import FakeClock
from media.domain.events import DELETED, READY, REJECTED, WITHDRAWN
from media.domain.objects import Content, Findings, MediaObject

NOW = FakeClock().now
PENDING = an_object()
PROCESSING = PENDING.claimed(Content(1000, "e1", "image/jpeg", NOW), NOW)
SHOWN = PROCESSING.concluded(Findings("image/jpeg", "ab", width=80, height=60), ())
REFUSED = PROCESSING.concluded(Findings("image/jpeg", "ab", reason="damaged"), ())
PUBLIC = replace(SHOWN, public=True)
LEAVING = SHOWN.marked_for_deletion(NOW)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (PENDING, PROCESSING, None),
        (PROCESSING, SHOWN, READY),
        (PROCESSING, REFUSED, REJECTED),
        (SHOWN, PUBLIC, None),
        (PUBLIC, SHOWN, WITHDRAWN),
        (replace(PROCESSING, public=True), SHOWN, READY),
        (SHOWN, LEAVING, DELETED),
        (PENDING, PENDING.marked_for_deletion(NOW), None),
        (LEAVING, replace(LEAVING, etag=None), None),
        (LEAVING, None, None),
        (SHOWN, None, DELETED),
        (PENDING, None, None),
    ],
)
def test_a_change_is_the_event_that_it_means_to_others(
    old: MediaObject, new: MediaObject | None, kind: str | None
) -> None:
    event = some_events().of(old, new)
    assert (event.type if event else None) == kind


def test_an_event_says_after_which_change_it_comes() -> None:
    kept = replace(SHOWN, version=4)
    ready, gone = some_events().of(PROCESSING, kept), some_events().of(kept, LEAVING)
    assert ready is not None
    assert gone is not None
    assert (ready.data["version"], gone.data["version"]) == (4, 5)
    assert (ready.data["width"], ready.subject) == (80, str(PENDING.id))
