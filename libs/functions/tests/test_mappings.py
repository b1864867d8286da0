"""What calls a function besides requests: queues, streams of tables, schedules."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from functions.instance import FunctionFailed
from functions.mappings import Invoke, QueueMapping, Schedule, StreamMapping

URL = "https://sqs/000000000000/tiny-users-events"


class Queue:
    """A queue that gives what it has until it is deleted."""

    def __init__(self, *bodies: str) -> None:
        self.left = {f"id-{body}": body for body in bodies}

    def receive_message(self, **_asked: Any) -> Any:
        return {
            "Messages": [
                {"MessageId": name, "ReceiptHandle": name, "Body": body} for name, body in self.left.items()
            ]
        }

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803  # boto3's names
        assert QueueUrl == URL
        del self.left[ReceiptHandle]


class Table:
    """A table whose stream has one shard with these items, in their order."""

    def __init__(self, *names: str) -> None:
        self.records = [
            {
                "eventID": name,
                "eventName": "INSERT",
                "dynamodb": {"SequenceNumber": f"1{at:03}", "Keys": {"sk": {"S": name}}},
            }
            for at, name in enumerate(names)
        ]

    def describe_table(self, **_asked: Any) -> Any:
        return {"Table": {"LatestStreamArn": "arn:aws:dynamodb:x:0:table/t/stream/2026-11-28T00:00:00.000"}}

    def describe_stream(self, **_asked: Any) -> Any:
        return {"StreamDescription": {"Shards": [{"ShardId": "s"}]}}

    def get_shard_iterator(self, **_asked: Any) -> Any:
        return {"ShardIterator": "0"}

    def get_records(self, *, ShardIterator: str, Limit: int) -> Any:  # noqa: N803  # boto3's names
        found = self.records[int(ShardIterator) :][:Limit]
        return {"Records": found, "NextShardIterator": str(int(ShardIterator) + len(found))}


def until(mapping: Callable[[Invoke], Any], answers: Callable[[Any, int], Any], calls: int) -> list[Any]:
    """Run a mapping until its function was called so often; return the events."""
    stop, events = threading.Event(), list[Any]()

    def invoke(event: Any) -> Any:
        events.append(event)
        if len(events) >= calls:
            stop.set()
        return answers(event, len(events))

    mapping(invoke).run(stop)
    return events


def names(event: Any) -> list[str]:
    return [one["dynamodb"]["Keys"]["sk"]["S"] for one in event["Records"]]


def failing(*identifiers: str) -> Any:
    return {"batchItemFailures": [{"itemIdentifier": one} for one in identifiers]}


def test_messages_that_are_dealt_with_are_deleted_and_the_others_stay() -> None:
    queue = Queue("a", "b")
    [event] = until(lambda invoke: QueueMapping(queue, URL, invoke), lambda *_: failing("id-b"), 1)
    assert [one["body"] for one in event["Records"]] == ["a", "b"]
    assert event["Records"][0]["eventSourceARN"].endswith(":tiny-users-events")
    assert queue.left == {"id-b": "b"}


def test_of_a_call_that_failed_every_message_stays() -> None:
    queue = Queue("a", "b")

    def fail(_event: Any, _call: int) -> Any:
        raise FunctionFailed("a bug")

    until(lambda invoke: QueueMapping(queue, URL, invoke), fail, 1)
    assert set(queue.left.values()) == {"a", "b"}


def test_changes_come_in_their_order_and_again_from_the_first_that_failed() -> None:
    table = Table("a", "b", "c")
    events = until(
        lambda invoke: StreamMapping(table, table, "t", invoke),
        lambda _event, call: failing("1001") if call == 1 else failing(),
        2,
    )
    assert [names(event) for event in events] == [["a", "b", "c"], ["b", "c"]]
    assert "/table/t/" not in events[0]["Records"][0]["eventSourceARN"]
    assert ":table/t/stream/" in events[0]["Records"][0]["eventSourceARN"]


def test_binary_values_of_an_item_are_sent_as_lambda_sends_them() -> None:
    table = Table("a")
    image = {"digest": {"B": b"\x00\x01\xff"}, "parts": {"L": [{"BS": [b"\x00\x01\xff"]}]}}
    table.records[0]["dynamodb"]["NewImage"] = image
    [event] = until(lambda invoke: StreamMapping(table, table, "t", invoke), lambda *_: failing(), 1)
    sent = json.loads(json.dumps(event))["Records"][0]["dynamodb"]["NewImage"]
    assert sent == {"digest": {"B": "AAH/"}, "parts": {"L": [{"BS": ["AAH/"]}]}}


def test_a_change_that_never_can_be_told_holds_up_the_others_for_a_few_tries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threading.Event, "wait", lambda self, _seconds=None: self.is_set())
    table = Table("a", "b")
    events = until(
        lambda invoke: StreamMapping(table, table, "t", invoke),
        lambda event, _call: failing("1000") if "a" in names(event) else failing(),
        6,
    )
    assert [names(event) for event in events] == [["a", "b"]] * 5 + [["b"]]


def test_a_schedule_calls_again_whatever_became_of_the_last_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Event, "wait", lambda self, _seconds=None: self.is_set())

    def fail(_event: Any, _call: int) -> Any:
        raise FunctionFailed("a bug")

    events = until(lambda invoke: Schedule(60, invoke), fail, 3)
    assert events == [{"periodic": "all"}] * 3
