"""What every OutboxStore must do; subclass it with the fixtures `outbox`, `keep` and `clock`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container
from uuid import UUID

import pytest

from chassis.errors import Transient
from chassis.messages.events import Event
from chassis.messages.outbox import LOUD_AFTER, OutboxStore
from chassis.testing.clock import FakeClock
from chassis.testing.events import FakePublisher

Keep = Callable[[int], list[Event]]
"""Makes so many changes, each with its event, and returns the events in their order."""


class RefusingPublisher(FakePublisher):
    """Publishes everything but the events in `refused`, each of which gets its `error`."""

    def __init__(self, refused: Container[UUID], error: Exception) -> None:
        super().__init__()
        self.refused = refused
        self.error = error

    def publish(self, event: Event) -> None:
        """Publish `event`, or raise `error` for one that is refused."""
        if event.id in self.refused:
            raise self.error
        super().publish(event)


class OutboxStoreContract:
    """Run on every adapter. `outbox` uses `clock` for the time, and is empty at first."""

    def test_events_go_out_in_their_order_and_once(self, outbox: OutboxStore, keep: Keep) -> None:
        publisher, expected = FakePublisher(), keep(3)
        assert outbox.drain(100, publisher.publish) == 3
        assert outbox.drain(100, publisher.publish) == 0
        assert publisher.published == expected

    def test_no_more_than_the_limit_go_out_at_once(self, outbox: OutboxStore, keep: Keep) -> None:
        publisher, expected = FakePublisher(), keep(3)
        assert outbox.drain(2, publisher.publish) == 2
        assert outbox.drain(2, publisher.publish) == 1
        assert publisher.published == expected

    def test_what_could_not_be_published_waits_and_what_was_does_not_go_twice(
        self, outbox: OutboxStore, keep: Keep
    ) -> None:
        expected, seen = keep(3), list[Event]()

        def publish(event: Event) -> None:
            if len(seen) == 1:
                raise Transient("away")
            seen.append(event)

        with pytest.raises(Transient):
            outbox.drain(100, publish)
        publisher = FakePublisher()
        assert outbox.drain(100, publisher.publish) == 2
        assert seen + publisher.published == expected

    def test_an_event_that_cannot_be_published_does_not_hold_up_the_others(
        self, outbox: OutboxStore, keep: Keep
    ) -> None:
        kept = keep(4)
        publisher = RefusingPublisher({kept[0].id, kept[2].id}, ValueError("too large"))
        assert outbox.drain(100, publisher.publish) == 2
        assert publisher.published == [kept[1], kept[3]]
        assert outbox.drain(100, publisher.publish) == 0
        assert [(one.failures, one.error) for one in outbox.parked()] == [(1, "ValueError('too large')")] * 2

    def test_an_event_that_makes_the_transport_fail_again_and_again_is_parked(
        self, outbox: OutboxStore, keep: Keep
    ) -> None:
        kept = keep(3)
        publisher = RefusingPublisher({kept[0].id}, Transient("away"))
        for _ in range(LOUD_AFTER):
            with pytest.raises(Transient):
                outbox.drain(100, publisher.publish)
        assert outbox.drain(100, publisher.publish) == 2

    def test_a_parked_event_is_tried_again_and_goes_out_at_last(
        self, outbox: OutboxStore, keep: Keep, clock: FakeClock
    ) -> None:
        [kept] = keep(1)
        publisher = RefusingPublisher({kept.id}, ValueError("bad"))
        for failures in range(1, 8):
            assert outbox.drain(100, publisher.publish) == 0
            assert [one.failures for one in outbox.parked()] == [failures]
            clock.advance(300)
        publisher.refused = ()
        assert outbox.drain(100, publisher.publish) == 1
        assert outbox.parked() == []

    def test_an_operator_need_not_wait_for_the_next_try(self, outbox: OutboxStore, keep: Keep) -> None:
        [kept] = keep(1)
        publisher = RefusingPublisher({kept.id}, ValueError("bad"))
        outbox.drain(100, publisher.publish)
        publisher.refused = ()
        assert outbox.drain(100, publisher.publish) == 0
        assert outbox.retry() == 1
        assert outbox.drain(100, publisher.publish) == 1


class SharedOutboxContract(OutboxStoreContract):
    """Run on every adapter whose outbox several processes share."""

    def test_a_second_relay_does_not_overtake_the_first(self, outbox: OutboxStore, keep: Keep) -> None:
        keep(2)
        inside, release = threading.Event(), threading.Event()
        first = threading.Thread(target=outbox.drain, args=(1, _held(inside, release)))
        first.start()
        assert inside.wait(60)
        overtaking = FakePublisher()
        assert outbox.drain(100, overtaking.publish) == 0
        release.set()
        first.join()
        assert outbox.drain(100, overtaking.publish) == 1


def _held(inside: threading.Event, release: threading.Event) -> Callable[[Event], None]:
    """Return a publish that says when it is called and waits."""

    def publish(_event: Event) -> None:
        inside.set()
        release.wait(120)

    return publish
