"""The outbox in DynamoDB: its contract, and what happens when a relay is killed at each point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from chassis.messages.dynamodb_outbox import DynamoOutbox, put_of
from chassis.messages.events import Event, new_event
from chassis.stores.dynamodb import ABSENT, ConditionsFailed, transact
from chassis.testing import FakeClock, FakePublisher
from chassis.testing.outbox import Keep, SharedOutboxContract
from slipway.testing.aws import EmulatedAws


@pytest.fixture(scope="module")
def client(aws: EmulatedAws) -> Any:
    return aws.client("dynamodb")


@pytest.fixture
def table(aws: EmulatedAws) -> Iterator[str]:
    with aws.table() as name:
        yield name


@pytest.fixture
def outbox(client: Any, table: str, clock: FakeClock) -> DynamoOutbox:
    return DynamoOutbox(client, table, clock)


def change(client: Any, table: str, name: str) -> Event:
    """Make a note that must not exist yet, with the event that tells of it."""
    event = new_event("notes.note.created.v1", "https://notes", name, {"name": name})
    note = {"Put": {"TableName": table, "Item": {"pk": {"S": "N"}, "sk": {"S": name}}, **ABSENT}}
    transact(client, [note, put_of(table, event)], "Making a note")
    return event


@pytest.fixture
def keep(client: Any, table: str) -> Keep:
    return lambda number: [change(client, table, uuid4().hex) for _ in range(number)]


class TestDynamoOutbox(SharedOutboxContract):
    """The contract, on the emulator."""


def test_a_change_that_was_refused_leaves_no_event(client: Any, table: str, outbox: DynamoOutbox) -> None:
    kept = change(client, table, "a")
    with pytest.raises(ConditionsFailed):
        change(client, table, "a")
    publisher = FakePublisher()
    outbox.drain(100, publisher.publish)
    assert publisher.published == [kept]


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the program runs after it."""


class DyingClient:
    """A client that is killed at its `last` call, before or after it took effect."""

    def __init__(self, client: Any, last: int, *, effect: bool) -> None:
        self._client = client
        self._last = last
        self._effect = effect
        self._calls = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name not in {"update_item", "batch_write_item", "delete_item"}:
            return method

        def call(**arguments: Any) -> Any:
            self._calls += 1
            if self._calls > self._last or (self._calls == self._last and not self._effect):
                raise Killed
            answer = method(**arguments)
            if self._calls == self._last:
                raise Killed
            return answer

        return call


@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.parametrize("last", [1, 2, 3])
def test_wherever_a_relay_is_killed_no_event_is_lost(
    client: Any, table: str, outbox: DynamoOutbox, keep: Keep, clock: FakeClock, last: int, effect: bool
) -> None:
    expected, publisher = keep(3), FakePublisher()
    with pytest.raises(Killed):
        DynamoOutbox(DyingClient(client, last, effect=effect), table, clock).drain(100, publisher.publish)  # type: ignore[arg-type]
    clock.advance(31)
    outbox.drain(100, publisher.publish)
    assert {event.id for event in publisher.published} == {event.id for event in expected}
    assert outbox.drain(100, publisher.publish) == 0


def test_who_was_killed_while_publishing_loses_nothing_either(
    client: Any, table: str, outbox: DynamoOutbox, keep: Keep, clock: FakeClock
) -> None:
    expected = keep(2)

    def publish(event: Event) -> None:
        if event == expected[1]:
            raise Killed

    with pytest.raises(Killed):
        DynamoOutbox(DyingClient(client, 1, effect=True), table, clock).drain(100, publish)  # type: ignore[arg-type]
    publisher = FakePublisher()
    assert outbox.drain(100, publisher.publish) == 0, "the dead relay's lease is still good"
    clock.advance(31)
    assert outbox.drain(100, publisher.publish) == 2


def test_a_slow_relay_prolongs_its_lease(
    client: Any, table: str, outbox: DynamoOutbox, keep: Keep, clock: FakeClock
) -> None:
    keep(4)
    other, overtaken = DynamoOutbox(client, table, clock), FakePublisher()

    def publish(_event: Event) -> None:
        clock.advance(16)
        other.drain(100, overtaken.publish)

    assert outbox.drain(100, publish) == 4
    assert overtaken.published == []


def test_a_relay_whose_lease_another_has_taken_stops(
    client: Any, table: str, outbox: DynamoOutbox, keep: Keep, clock: FakeClock
) -> None:
    kept, seen = keep(3), list[Event]()

    def die(_event: Event) -> None:
        raise Killed

    def publish(event: Event) -> None:
        seen.append(event)
        clock.advance(31)
        with pytest.raises(Killed):  # it holds the lease from now on, and is at work for all that is known
            DynamoOutbox(DyingClient(client, 2, effect=False), table, clock).drain(1, die)  # type: ignore[arg-type]

    outbox.drain(100, publish)
    assert seen == kept[:1]
