"""What Lambda calls a worker's function with: messages, changes, schedules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from libs.chassis.tests.fake_sqs import FakeSqs
from libs.chassis.tests.function.samples import Context, event

from chassis.errors import Invalid, NotFound, Transient
from chassis.function.events import ComesAgain, NotOurs, WorkerFunction
from chassis.messages.consumer import Consumer
from chassis.messages.events import new_event
from chassis.messages.jobs import Jobs
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.messages.outbox import Relay
from chassis.process.background import Periodic
from chassis.stores.checkpoints import Checkpoints
from chassis.stores.streams import ItemChange, StreamReader
from chassis.testing import FakeClock, FakePublisher
from chassis.testing.outbox import RefusingPublisher

FIRST, SECOND = (record["messageId"] for record in event("queue")["Records"])
DEAD = "https://sqs/123456789012/tiny-users-events-dlq"


@dataclass
class Scene:
    """A worker's function, and what became of everything."""

    handle: Callable[[Any], None] = lambda _one: None
    seen: list[Any] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    sqs: FakeSqs = field(default_factory=FakeSqs)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    periodic: list[Periodic] = field(default_factory=list)

    def take(self, one: Any) -> None:
        self.seen.append(one)
        self.handle(one)

    def park(self, sequence: str, _record: Any, _reason: str) -> None:
        self.parked.append(sequence)

    def again(self, _record: Any) -> None:
        """No parked record is wanted again."""

    def call(self, told: Any, milliseconds: int = 30_000) -> Any:
        """Call the function as Lambda does."""
        url = "https://sqs/123456789012/tiny-users-events"
        nothing = cast("Any", None)
        checkpoints = cast("Checkpoints", self)
        reader = StreamReader(nothing, nothing, "tiny", checkpoints, self.take, clock=FakeClock().timestamp)
        jobs = Jobs(
            consumers=[Consumer("tiny-users-events", url, DEAD, self.take)],
            periodic=self.periodic,
            relays={"relay": Relay(self.outbox, self.publisher)},
            streams={"upkeep": reader},
        )
        return WorkerFunction(jobs, self.sqs.client())(told, Context(milliseconds))


def failing(*bad: Any, error: Exception) -> Callable[[Any], None]:
    """Return what raises `error` for a message or an item of those names."""

    def handle(one: Any) -> None:
        name = one.keys["sk"]["S"] if isinstance(one, ItemChange) else one
        if name in bad:
            raise error

    return handle


def failures(*identifiers: str) -> Any:
    return {"batchItemFailures": [{"itemIdentifier": one} for one in identifiers]}


def test_each_message_of_a_batch_goes_to_its_consumer() -> None:
    scene = Scene()
    assert scene.call(event("queue")) == failures()
    assert scene.seen == ["first", "second"]


@pytest.mark.parametrize("error", [Transient("away"), RuntimeError("a bug")])
def test_only_what_failed_comes_again(error: Exception) -> None:
    scene = Scene(failing("first", error=error))
    assert scene.call(event("queue")) == failures(FIRST)
    assert scene.seen == ["first", "second"]


def test_what_will_never_be_right_is_a_dead_letter_with_its_reason() -> None:
    scene = Scene(failing("second", error=Invalid("no event")))
    assert scene.call(event("queue")) == failures()
    [dead] = scene.sqs.queues[DEAD]
    assert (dead.body, dead.reason) == ("second", "Invalid: no event")


def test_what_is_gone_is_done() -> None:
    scene = Scene(failing("first", error=NotFound("gone")))
    assert scene.call(event("queue")) == failures()
    assert scene.sqs.queues == {}


def test_what_there_is_no_time_for_comes_again_untouched() -> None:
    scene = Scene()
    assert scene.call(event("queue"), milliseconds=100) == failures(FIRST, SECOND)
    assert scene.seen == []


def test_a_topic_that_calls_the_function_itself_is_heard() -> None:
    scene = Scene()
    assert scene.call(event("topic")) is None
    assert scene.seen == ["first"]


def test_a_notification_that_failed_makes_the_topic_call_again() -> None:
    with pytest.raises(ComesAgain, match="95df01b4"):
        Scene(failing("first", error=Transient("away"))).call(event("topic"))


def test_changes_of_a_table_are_told_in_their_order() -> None:
    scene = Scene()
    assert scene.call(event("stream")) == failures()
    told = [(one.kind, one.keys["sk"]["S"], one.old is None) for one in scene.seen]
    assert told == [("INSERT", "first", True), ("REMOVE", "second", False)]


def test_binary_values_of_an_item_are_bytes_as_for_the_workers_own_reader() -> None:
    told, scene = event("stream"), Scene()
    inner = {"L": [{"M": {"digest": {"BS": ["AAH/"]}, "size": {"N": "3"}}}]}
    told["Records"][0]["dynamodb"]["NewImage"] |= {"digest": {"B": "AAH/"}, "parts": inner}
    assert scene.call(told) == failures()
    found = scene.seen[0].new
    assert found["digest"] == {"B": b"\x00\x01\xff"}
    assert found["parts"] == {"L": [{"M": {"digest": {"BS": [b"\x00\x01\xff"]}, "size": {"N": "3"}}}]}


def test_behind_a_change_that_failed_nothing_is_told_so_that_the_order_stays() -> None:
    scene = Scene(failing("first", error=Transient("away")))
    assert scene.call(event("stream")) == failures("4421584500000000017450439091")
    assert len(scene.seen) == 1


def test_a_change_that_will_never_be_right_is_parked_and_the_others_go_on() -> None:
    scene = Scene(failing("first", error=Invalid("poison")))
    assert scene.call(event("stream")) == failures()
    assert scene.parked == ["4421584500000000017450439091"]
    assert len(scene.seen) == 2


def test_what_a_reader_keeps_in_the_same_table_is_not_told() -> None:
    told = event("stream")
    told["Records"][0]["dynamodb"]["Keys"]["pk"] = {"S": "STREAM#upkeep"}
    scene = Scene()
    scene.call(told)
    assert [one.keys["sk"]["S"] for one in scene.seen] == ["second"]


def test_a_schedule_does_all_periodic_work_and_says_what_failed() -> None:
    done: list[str] = []

    def fail() -> None:
        raise Transient("away")

    scene = Scene(
        periodic=[Periodic("one", 60, fail), Periodic("two", 60, lambda: done.append("two"))],
    )
    with pytest.raises(ComesAgain, match="one: "):
        scene.call({"periodic": "all"})
    assert done == ["two"]


def test_whatever_it_was_called_for_the_outbox_is_emptied() -> None:
    scene = Scene(failing("first", error=Transient("away")))
    kept = new_event("tiny.note.changed.v1", "https://tiny", "x", {}, FakeClock())
    scene.outbox.put(kept)
    scene.call(event("queue"))
    assert scene.publisher.published == [kept]


def test_a_topic_that_is_away_fails_no_batch() -> None:
    kept = new_event("tiny.note.changed.v1", "https://tiny", "x", {}, FakeClock())
    scene = Scene(publisher=RefusingPublisher({kept.id}, Transient("away")))
    scene.outbox.put(kept)
    assert scene.call(event("queue")) == failures()
    assert len(scene.outbox.parked()) == 1


@pytest.mark.parametrize(
    ("name", "here", "elsewhere"),
    [
        ("queue", "tiny-users-events", "tiny-others"),
        ("stream", "table/tiny", "table/other"),
        ("topic", "users-events", "others"),
    ],
)
def test_what_leads_to_the_wrong_function_fails_loudly(name: str, here: str, elsewhere: str) -> None:
    told = event(name)
    record = told["Records"][0]
    if name == "topic":
        record["Sns"]["TopicArn"] = record["Sns"]["TopicArn"].replace(here, elsewhere)
    else:
        record["eventSourceARN"] = record["eventSourceARN"].replace(here, elsewhere)
    with pytest.raises(NotOurs):
        Scene().call(told)


@pytest.mark.parametrize("told", [{}, {"Records": []}, {"Records": [{"eventSource": "aws:kinesis"}]}])
def test_what_nobody_deals_with_is_refused_by_name(told: Any) -> None:
    with pytest.raises(NotOurs, match="nothing here deals with"):
        Scene().call(told)


def test_a_deployment_sees_that_the_function_has_started_and_does_nothing() -> None:
    scene = Scene(periodic=[Periodic("one", 60, lambda: pytest.fail("it was done"))])
    assert scene.call({"check": "start"}) is None
    assert scene.seen == []
