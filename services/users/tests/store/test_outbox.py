"""The contract of OutboxStore on both adapters, and what only Postgres can show."""

from __future__ import annotations

from uuid import UUID

import pytest
from services.users.tests.factories import account

from chassis.messages.events import Event
from chassis.messages.outbox import OutboxStore
from chassis.stores.postgres.database import Database
from chassis.testing import FakeClock, FakePublisher
from chassis.testing.outbox import Keep, OutboxStoreContract, SharedOutboxContract
from users.domain import events
from users.wiring import Stores


def keep_in(stores: Stores, number: int) -> list[Event]:
    """Make that many accounts; return their events in order."""
    kept = []
    for _ in range(number):
        one = account()
        event = events.account_created(one, "https://u", FakeClock())
        stores.accounts.create(one, event)
        kept.append(event)
    return kept


class TestMemoryOutbox(OutboxStoreContract):
    """The contract, in memory."""

    @pytest.fixture
    def outbox(self, stores: Stores) -> OutboxStore:
        return stores.outbox

    @pytest.fixture
    def keep(self, stores: Stores) -> Keep:
        return lambda number: keep_in(stores, number)


class TestPostgresOutbox(SharedOutboxContract):
    """The contract, in Postgres."""

    @pytest.fixture
    def outbox(self, postgres_stores: Stores) -> OutboxStore:
        return postgres_stores.outbox

    @pytest.fixture
    def keep(self, postgres_stores: Stores) -> Keep:
        return lambda number: keep_in(postgres_stores, number)


def test_a_row_that_is_no_event_at_all_is_parked(postgres_stores: Stores, database: Database) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO outbox (event) VALUES ('no JSON')")
    kept, publisher = [event.id for event in keep_in(postgres_stores, 2)], FakePublisher()
    assert postgres_stores.outbox.drain(100, publisher.publish) == 2
    assert ids(publisher) == kept
    assert "Invalid" in postgres_stores.outbox.parked()[0].error


def ids(publisher: FakePublisher) -> list[UUID]:
    return [event.id for event in publisher.published]
