"""The contract of OutboxStore, and what only Postgres can show."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from uuid import UUID

import pytest
from services.users.tests.factories import account

from chassis.errors import Transient
from chassis.messages.events import Event
from chassis.messages.outbox import LOUD_AFTER
from chassis.testing import FakeClock, FakePublisher
from users.domain import events
from users.domain.ports import Stores
from users.store.postgres.database import Database


def keep(stores: Stores, number: int) -> list[UUID]:
    """Make that many accounts; return the events' ids in their order."""
    kept = []
    for _ in range(number):
        one = account()
        event = events.account_created(one, "https://u", FakeClock())
        stores.accounts.create(one, event)
        kept.append(event.id)
    return kept


def test_events_go_out_in_their_order_and_once(both: Stores) -> None:
    publisher, expected = FakePublisher(), keep(both, 3)
    assert both.outbox.drain(100, publisher.publish) == 3
    assert both.outbox.drain(100, publisher.publish) == 0
    assert [event.id for event in publisher.published] == expected


def test_no_more_than_the_limit_go_out_at_once(both: Stores) -> None:
    publisher = FakePublisher()
    expected = keep(both, 3)
    assert both.outbox.drain(2, publisher.publish) == 2
    assert both.outbox.drain(2, publisher.publish) == 1
    assert [event.id for event in publisher.published] == expected


def test_an_event_arrives_as_it_was_kept(both: Stores) -> None:
    publisher, one = FakePublisher(), account()
    event = events.account_created(one, "https://u", FakeClock())
    both.accounts.create(one, event)
    both.outbox.drain(1, publisher.publish)
    assert publisher.published == [event]


def test_what_could_not_be_published_waits_and_what_was_does_not_go_twice(both: Stores) -> None:
    expected, seen = keep(both, 3), list[UUID]()

    def publish(event: Event) -> None:
        if len(seen) == 1:
            raise Transient("away")
        seen.append(event.id)

    with pytest.raises(Transient):
        both.outbox.drain(100, publish)
    publisher = FakePublisher()
    assert both.outbox.drain(100, publisher.publish) == 2
    assert seen + [event.id for event in publisher.published] == expected


class Refusing(FakePublisher):
    """Publishes everything but the events in `refused`, each of which gets its `error`."""

    def __init__(self, refused: Collection[UUID], error: Exception) -> None:
        super().__init__()
        self.refused = refused
        self.error = error

    def publish(self, event: Event) -> None:
        if event.id in self.refused:
            raise self.error
        super().publish(event)


def test_an_event_that_cannot_be_published_does_not_hold_up_the_others(both: Stores) -> None:
    kept = keep(both, 4)
    publisher = Refusing({kept[0], kept[2]}, ValueError("too large"))
    assert both.outbox.drain(100, publisher.publish) == 2
    assert [event.id for event in publisher.published] == [kept[1], kept[3]]
    assert both.outbox.drain(100, publisher.publish) == 0
    assert [(one.failures, one.error) for one in both.outbox.aside()] == [(1, "ValueError('too large')")] * 2


def test_an_event_that_makes_the_transport_fail_again_and_again_steps_aside(both: Stores) -> None:
    kept = keep(both, 3)
    publisher = Refusing({kept[0]}, Transient("away"))
    for _ in range(LOUD_AFTER):
        with pytest.raises(Transient):
            both.outbox.drain(100, publisher.publish)
    assert both.outbox.drain(100, publisher.publish) == 2


def test_an_event_that_stepped_aside_is_tried_again_and_goes_out_at_last(
    both: Stores, clock: FakeClock
) -> None:
    [kept] = keep(both, 1)
    publisher = Refusing({kept}, ValueError("bad"))
    for failures in range(1, 8):
        assert both.outbox.drain(100, publisher.publish) == 0
        assert [one.failures for one in both.outbox.aside()] == [failures]
        clock.advance(300)
    publisher.refused = ()
    assert both.outbox.drain(100, publisher.publish) == 1
    assert both.outbox.aside() == []


def test_an_operator_need_not_wait_for_the_next_try(both: Stores) -> None:
    [kept] = keep(both, 1)
    publisher = Refusing({kept}, ValueError("bad"))
    both.outbox.drain(100, publisher.publish)
    publisher.refused = ()
    assert both.outbox.drain(100, publisher.publish) == 0
    assert both.outbox.retry() == 1
    assert both.outbox.drain(100, publisher.publish) == 1


def test_a_row_that_is_no_event_at_all_steps_aside(postgres_stores: Stores, database: Database) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO outbox (event) VALUES ('no JSON')")
    kept, publisher = keep(postgres_stores, 2), FakePublisher()
    assert postgres_stores.outbox.drain(100, publisher.publish) == 2
    assert [event.id for event in publisher.published] == kept
    assert "Invalid" in postgres_stores.outbox.aside()[0].error


def test_a_second_relay_does_not_overtake_the_first(postgres_stores: Stores) -> None:
    keep(postgres_stores, 2)
    inside, release = threading.Event(), threading.Event()
    first = threading.Thread(target=postgres_stores.outbox.drain, args=(1, held(inside, release)))
    first.start()
    assert inside.wait(60)
    overtaking = FakePublisher()
    assert postgres_stores.outbox.drain(100, overtaking.publish) == 0
    release.set()
    first.join()
    assert postgres_stores.outbox.drain(100, overtaking.publish) == 1


def held(inside: threading.Event, release: threading.Event) -> Callable[[Event], None]:
    """Return a publish that says when it is called and waits."""

    def publish(_event: Event) -> None:
        inside.set()
        release.wait(120)

    return publish
