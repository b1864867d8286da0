"""The events of accounts are understood by earlier and later releases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from services.users.tests.factories import NOW, account

from chassis.ids import new_id
from chassis.messages.events import Event
from chassis.testing import FakeClock
from chassis.testing.accounts import OLD_EVENTS
from chassis.testing.exports import OLD_REQUESTS
from chassis.testing.old_events import OldEventsContract, lacking
from users.domain.events import account_created, account_deleted, export_requested

ISSUER = "https://users.example.com"


class TestOldEvents(OldEventsContract):
    """The contract."""

    @pytest.fixture
    def golden(self) -> Sequence[Path]:
        return [*Path(__file__).with_name("golden").glob("*.json"), *OLD_EVENTS, *OLD_REQUESTS]

    @pytest.fixture
    def published(self) -> Sequence[Event]:
        clock, ada, bob = FakeClock(NOW), account(), account(email_verified=True)
        return [
            account_created(ada, ISSUER, clock),
            account_deleted(ada, ISSUER, clock),
            export_requested(bob, new_id(), ISSUER, clock),
        ]


def test_a_reader_finds_what_is_missing() -> None:
    assert lacking({"a": {"b": 1, "c": 2}}, {"a": {"b": "1"}}) == ["/a/b", "/a/c"]
