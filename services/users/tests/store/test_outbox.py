"""The contract of OutboxStore, and what only Postgres can show."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from services.users.tests.factories import account

from chassis.errors import Transient
from chassis.events import Event
from chassis.testing import FakeClock, FakePublisher
from users import events
from users.store.base import Stores


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


def test_a_second_relay_does_not_overtake_the_first(postgres_stores: Stores) -> None:
    keep(postgres_stores, 2)
    inside, release = threading.Event(), threading.Event()
    first = threading.Thread(target=postgres_stores.outbox.drain, args=(1, held(inside, release)))
    first.start()
    assert inside.wait(5)
    overtaking = FakePublisher()
    assert postgres_stores.outbox.drain(100, overtaking.publish) == 0
    release.set()
    first.join()
    assert postgres_stores.outbox.drain(100, overtaking.publish) == 1


def held(inside: threading.Event, release: threading.Event) -> Callable[[Event], None]:
    """Return a publish that says when it is called and waits."""

    def publish(_event: Event) -> None:
        inside.set()
        release.wait(5)

    return publish
