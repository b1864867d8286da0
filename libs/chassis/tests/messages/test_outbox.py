from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from chassis.errors import Transient
from chassis.messages.events import Event, new_event
from chassis.messages.outbox import LOUD_AFTER, ParkedEvent, Relay, park
from chassis.testing import FakeClock, FakePublisher


class MemoryOutbox:
    """An outbox in memory; the next drain raises `trouble`."""

    def __init__(self, count: int) -> None:
        self.waiting = [
            new_event("notes.note.written.v1", "notes", str(number), {}) for number in range(count)
        ]
        self.trouble: list[Exception] = []
        self.drains = 0

    def drain(self, limit: int, publish: Callable[[Event], None]) -> int:
        self.drains += 1
        if self.trouble:
            raise self.trouble.pop()
        moved = 0
        while self.waiting and moved < limit:
            publish(self.waiting[0])
            del self.waiting[0]
            moved += 1
        return moved

    def parked(self) -> list[ParkedEvent]:
        return []

    def retry(self) -> int:
        return 0


@contextmanager
def relaying(outbox: MemoryOutbox, publisher: FakePublisher) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Relay(outbox, publisher, pause=0.01).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_everything_that_waits_is_relayed_in_order() -> None:
    outbox, publisher = MemoryOutbox(250), FakePublisher()
    expected = list(outbox.waiting)
    with relaying(outbox, publisher):
        assert eventually(lambda: not outbox.waiting)
    assert publisher.published == expected


def test_an_event_that_comes_later_is_relayed_too() -> None:
    outbox, publisher = MemoryOutbox(0), FakePublisher()
    with relaying(outbox, publisher):
        assert eventually(lambda: outbox.drains > 2)
        outbox.waiting.append(new_event("notes.note.written.v1", "notes", "late", {}))
        assert eventually(lambda: len(publisher.published) == 1)


def test_while_the_topic_is_away_events_wait() -> None:
    outbox, publisher = MemoryOutbox(3), FakePublisher()
    publisher.away = True
    with relaying(outbox, publisher):
        assert eventually(lambda: outbox.drains >= 2)
        assert len(outbox.waiting) == 3
        publisher.away = False
        assert eventually(lambda: len(publisher.published) == 3)


@pytest.mark.parametrize("trouble", [Transient("The database is away."), ZeroDivisionError("a bug")])
def test_a_store_that_fails_is_asked_again(trouble: Exception) -> None:
    outbox, publisher = MemoryOutbox(2), FakePublisher()
    outbox.trouble = [trouble, trouble]
    with relaying(outbox, publisher):
        assert eventually(lambda: len(publisher.published) == 2)


def test_a_relay_that_is_told_to_stop_does_nothing_more() -> None:
    outbox, stop = MemoryOutbox(2), threading.Event()
    stop.set()
    Relay(outbox, FakePublisher()).run(stop)
    assert outbox.drains == 0


def test_an_event_that_fails_again_waits_longer_and_longer_up_to_a_bound() -> None:
    now = FakeClock()()
    pauses = [park(1, failures, ValueError("bad"), now).retry_at - now for failures in range(1, 40)]
    assert min(pauses) > timedelta(0)
    assert pauses[5] > 4 * pauses[0]
    assert max(pauses) <= timedelta(minutes=5)


def test_while_the_transport_is_away_no_event_waits_long() -> None:
    now = FakeClock()()
    assert park(1, 40, Transient("away"), now).retry_at - now <= timedelta(seconds=5)


def test_each_failure_is_told_and_counted_and_the_fifth_loudly(caplog: pytest.LogCaptureFixture) -> None:
    before = _failed()
    for failures in (1, LOUD_AFTER):
        park(7, failures, ValueError("bad"), FakeClock()())
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert caplog.records[-1].__dict__["position"] == 7
    assert _failed() == before + 2


def _failed() -> float:
    return REGISTRY.get_sample_value("outbox_events_total", {"outcome": "failed"}) or 0.0
