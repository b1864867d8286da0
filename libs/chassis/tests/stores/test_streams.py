"""A table's stream read for real, and what only a script can show: shards that split, lost records."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from chassis.errors import Invalid, NotFound, Transient
from chassis.stores.checkpoints import Checkpoints
from chassis.stores.streams import ItemChange, StreamReader
from chassis.testing import FakeClock
from slipway.testing.aws import EmulatedAws


@pytest.fixture(scope="module")
def client(aws: EmulatedAws) -> Any:
    return aws.client("dynamodb")


@pytest.fixture(scope="module")
def streams(aws: EmulatedAws) -> Any:
    make: Any = boto3.client
    return make(
        "dynamodbstreams",
        endpoint_url=aws.endpoint_url,
        region_name=aws.region,
        aws_access_key_id=aws.root_key[0],
        aws_secret_access_key=aws.root_key[1],
        config=Config(parameter_validation=False),
    )


@pytest.fixture
def table(aws: EmulatedAws) -> Iterator[str]:
    with aws.table(stream=True) as name:
        yield name


class Reading:
    """Readers of one stream, as processes of one service have them; `seen` is what they all handled."""

    def __init__(self, client: Any, streams: Any, table: str, clock: FakeClock) -> None:
        self.client = client
        self.streams = streams
        self.table = table
        self.clock = clock
        self.seen: list[str] = []
        self.handle: Callable[[ItemChange], None] = self.note

    def note(self, change: ItemChange) -> None:
        self.seen.append(f"{change.kind} {change.keys['sk']['S']}")

    def checkpoints(self, holder: str = "one") -> Checkpoints:
        return Checkpoints(self.client, self.table, "notes", holder, self.clock)

    def reader(self, holder: str = "one", streams: Any = None) -> StreamReader:
        return StreamReader(
            self.client,
            streams or self.streams,
            self.table,
            self.checkpoints(holder),
            lambda change: self.handle(change),
            tries=3,
            clock=self.clock.timestamp,
        )

    def put(self, *names: str, text: str = "a") -> None:
        for name in names:
            item = {"pk": {"S": "N"}, "sk": {"S": name}, "text": {"S": text}}
            self.client.put_item(TableName=self.table, Item=item)

    def delete(self, name: str) -> None:
        self.client.delete_item(TableName=self.table, Key={"pk": {"S": "N"}, "sk": {"S": name}})


@pytest.fixture
def reading(client: Any, streams: Any, table: str, clock: FakeClock) -> Reading:
    return Reading(client, streams, table, clock)


def drain(reader: StreamReader) -> None:
    while reader.read_once():
        pass


def test_every_change_is_seen_in_its_order_with_the_item_before_and_after(reading: Reading) -> None:
    changes: list[ItemChange] = []
    reading.handle = changes.append
    reading.put("x")
    reading.put("x", text="b")
    reading.delete("x")
    drain(reading.reader())
    assert [change.kind for change in changes] == ["INSERT", "MODIFY", "REMOVE"]
    texts = [[image and image["text"]["S"] for image in (change.old, change.new)] for change in changes]
    assert texts == [[None, "a"], ["a", "b"], ["b", None]]


def test_a_new_process_goes_on_where_the_last_one_stopped(reading: Reading) -> None:
    reading.put("a", "b")
    first = reading.reader()
    drain(first)
    first.release()
    reading.put("c")
    drain(reading.reader("two"))
    assert reading.seen == ["INSERT a", "INSERT b", "INSERT c"]


def test_while_one_process_reads_another_waits_and_takes_over_when_it_dies(
    reading: Reading, clock: FakeClock
) -> None:
    reading.put("a")
    drain(reading.reader())
    reading.put("b")
    other = reading.reader("two")
    assert other.read_once() == 0
    clock.advance(31)
    drain(other)
    assert reading.seen == ["INSERT a", "INSERT b"]


def test_a_process_that_lost_its_shard_keeps_nothing(reading: Reading, clock: FakeClock) -> None:
    late, quick = reading.reader(), reading.reader("two")
    reading.put("a")

    def overtaken(change: ItemChange) -> None:
        reading.note(change)
        clock.advance(31)
        reading.handle = reading.note
        drain(quick)

    reading.handle = overtaken
    with pytest.raises(Transient, match="Another process"):
        late.read_once()
    reading.put("b")
    assert late.read_once() == 0
    drain(quick)
    assert reading.seen == ["INSERT a", "INSERT a", "INSERT b"]


def test_a_dead_dependency_holds_the_record_back_however_long(reading: Reading) -> None:
    reader = reading.reader()

    def away(_change: ItemChange) -> None:
        raise Transient("The mailer is away.")

    reading.put("a", "b")
    reading.handle = away
    for _ in range(10):
        with pytest.raises(Transient, match="away"):
            reader.read_once()
    reading.handle = reading.note
    drain(reader)
    assert reading.seen == ["INSERT a", "INSERT b"]
    assert reading.checkpoints().parked() == []


def test_what_was_handled_before_a_failure_is_not_handled_again(reading: Reading) -> None:
    def second_fails(change: ItemChange) -> None:
        if change.keys["sk"]["S"] == "b":
            raise Transient("away")
        reading.note(change)

    reading.put("a", "b")
    reading.handle = second_fails
    first = reading.reader()
    with pytest.raises(Transient):
        first.read_once()
    first.release()
    reading.handle = reading.note
    drain(reading.reader("two"))
    assert reading.seen == ["INSERT a", "INSERT b"]


def poison(reading: Reading, error: Exception) -> Callable[[ItemChange], None]:
    def handle(change: ItemChange) -> None:
        if change.keys["sk"]["S"] == "poison":
            raise error
        reading.note(change)

    return handle


def test_a_poison_record_is_parked_with_its_reason_after_bounded_tries(reading: Reading) -> None:
    reading.handle = poison(reading, ValueError("no such field"))
    reading.put("a", "poison", "b")
    for holder in ("one", "two"):  # the tries are counted over restarts
        reader = reading.reader(holder)
        with pytest.raises(Transient, match="no such field"):
            reader.read_once()
        reader.release()
    drain(reading.reader())
    assert reading.seen == ["INSERT a", "INSERT b"]
    [parked] = reading.checkpoints().parked()
    assert parked.reason == "ValueError('no such field')"
    assert parked.record["dynamodb"]["Keys"]["sk"]["S"] == "poison"


def test_a_parked_record_that_is_moved_is_tried_again(reading: Reading, client: Any, table: str) -> None:
    reading.put("poison")
    reading.handle = poison(reading, Invalid("It has no address."))
    drain(reading.reader())
    [parked] = reading.checkpoints().parked()
    item = {"sk": {"S": parked.sequence}, "record": {"S": json.dumps(parked.record)}}
    for name in ("other", "notes"):  # the first is for another reader
        client.put_item(TableName=table, Item={"pk": {"S": f"STREAM#{name}#AGAIN"}, **item})
    seen: list[ItemChange] = []
    reading.handle = seen.append
    drain(reading.reader())
    assert [change.sequence for change in seen] == [parked.sequence]
    assert [change.keys["sk"]["S"] for change in seen] == ["poison"]
    drain(reading.reader())
    assert len(seen) == 1


def test_what_can_never_be_right_is_parked_at_once(reading: Reading) -> None:
    reading.handle = poison(reading, Invalid("It has no address."))
    reading.put("poison", "b")
    drain(reading.reader())
    assert reading.seen == ["INSERT b"]
    assert [one.reason for one in reading.checkpoints().parked()] == ["Invalid: It has no address."]


def test_a_change_of_what_is_no_longer_there_is_dealt_with(reading: Reading) -> None:
    reading.handle = poison(reading, NotFound("It was deleted."))
    reading.put("poison", "b")
    drain(reading.reader())
    assert reading.seen == ["INSERT b"]
    assert reading.checkpoints().parked() == []


def test_a_reader_at_rest_asks_its_table_for_nothing(reading: Reading) -> None:
    reader, asked = reading.reader(), list[str]()
    reading.put("a")
    drain(reader)

    def note(model: Any, **_more: Any) -> None:
        asked.append(model.name)

    reading.client.meta.events.register("before-call.dynamodb", note)
    try:
        assert [reader.read_once() for _ in range(5)] == [0] * 5
    finally:
        reading.client.meta.events.unregister("before-call.dynamodb", note)
    assert asked == []


def test_what_another_process_finished_meanwhile_is_not_handled_again(
    reading: Reading, clock: FakeClock
) -> None:
    scripted = ScriptedStreams([("root", None), ("child", "root")], {"root": ["1"], "child": ["2"]})
    first, second = reading.reader("one", scripted), reading.reader("two", scripted)
    drain(first)
    second.read_once()
    scripted.closed.add("root")
    drain(first)
    first.read_once()
    first.release()
    second.read_once()
    clock.advance(6)
    drain(second)
    assert reading.seen == ["INSERT 1", "INSERT 2"]


def test_many_processes_side_by_side_miss_nothing(reading: Reading) -> None:
    started = time.monotonic()
    stop, handled = threading.Event(), set[str]()
    expected = {f"{number:03}" for number in range(120)}

    def handle(change: ItemChange) -> None:
        handled.add(change.keys["sk"]["S"])
        if handled >= expected:
            stop.set()

    def checkpoints(holder: str) -> Checkpoints:
        return Checkpoints(reading.client, reading.table, "notes", holder, lease_seconds=2)

    readers = [
        StreamReader(
            reading.client,
            reading.streams,
            reading.table,
            checkpoints(str(number)),
            handle,
            pause=0.05,
            clock=time.monotonic,
        )
        for number in range(3)
    ]
    threads = [threading.Thread(target=reader.run, args=(stop,)) for reader in readers]
    for thread in threads:
        thread.start()
    reading.put(*sorted(expected))
    stop.wait(120)
    stop.set()
    for thread in threads:
        thread.join()
    assert handled == expected, f"after {time.monotonic() - started:.0f} s"


class ScriptedStreams:
    """Streams whose shards and records a test lays down; the last page of a closed shard ends it."""

    def __init__(self, shards: list[tuple[str, str | None]], records: dict[str, list[str]]) -> None:
        self.shards = shards
        self.records = records
        self.closed: set[str] = set()
        self.errors: list[str] = []

    def describe_stream(self, StreamArn: str, ExclusiveStartShardId: str | None = None) -> Any:  # noqa: N803
        ids = [shard for shard, _ in self.shards]
        at = ids.index(ExclusiveStartShardId) + 1 if ExclusiveStartShardId else 0
        shard, parent = self.shards[at]
        page = {"ShardId": shard} | ({"ParentShardId": parent} if parent else {})
        last = {"LastEvaluatedShardId": shard} if at + 1 < len(ids) else {}
        return {"StreamDescription": {"Shards": [page], **last}}

    def get_shard_iterator(self, ShardId: str, SequenceNumber: str = "", **_more: Any) -> Any:  # noqa: N803
        return {"ShardIterator": f"{ShardId}/{SequenceNumber}"}

    def get_records(self, ShardIterator: str, **_more: Any) -> Any:  # noqa: N803
        if self.errors:
            error: Any = {"Error": {"Code": self.errors.pop(0), "Message": ""}}
            raise ClientError(error, "GetRecords")
        shard, _, after = ShardIterator.partition("/")
        found = [number for number in self.records[shard] if number > after]
        records = [
            {
                "eventName": "INSERT",
                "dynamodb": {"SequenceNumber": number, "Keys": {"pk": {"S": "N"}, "sk": {"S": number}}},
            }
            for number in found
        ]
        further = {} if shard in self.closed else {"NextShardIterator": f"{shard}/{(found or [after])[-1]}"}
        return {"Records": records, **further}


def test_a_shard_is_read_after_its_parent_is_finished(reading: Reading, clock: FakeClock) -> None:
    scripted = ScriptedStreams(
        [("left", "root"), ("root", "gone"), ("right", "root")],
        {"root": ["1", "2"], "left": ["3"], "right": ["4"]},
    )
    reader = reading.reader(streams=scripted)
    drain(reader)
    assert reading.seen == ["INSERT 1", "INSERT 2"]
    scripted.closed.add("root")
    for _ in range(3):
        reader.read_once()
    assert sorted(reading.seen) == ["INSERT 1", "INSERT 2", "INSERT 3", "INSERT 4"]
    reader.release()
    again = reading.reader("two", streams=scripted)
    drain(again)
    assert len(reading.seen) == 4


def test_an_iterator_that_expired_is_made_anew(reading: Reading) -> None:
    scripted = ScriptedStreams([("one", None)], {"one": ["1"]})
    reader = reading.reader(streams=scripted)
    drain(reader)
    scripted.errors.append("ExpiredIteratorException")
    scripted.records["one"].append("2")
    drain(reader)
    assert reading.seen == ["INSERT 1", "INSERT 2"]


def test_where_records_are_gone_the_reader_goes_on_with_the_oldest_that_are_left(
    reading: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    scripted = ScriptedStreams([("one", None)], {"one": ["1"]})
    reader = reading.reader(streams=scripted)
    drain(reader)
    scripted.records["one"] = ["7"]
    scripted.errors.append("TrimmedDataAccessException")
    drain(reader)
    assert reading.seen == ["INSERT 1", "INSERT 7"]
    assert "stream records are gone" in caplog.text


def test_a_table_without_a_stream_is_said_and_waited_for(client: Any, streams: Any, clock: FakeClock) -> None:
    with pytest.raises(Transient):
        Reading(client, streams, "no-such-table", clock).reader().read_once()
