"""What else calls a function: its queues, the streams of its tables, and a schedule.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

from __future__ import annotations

import logging
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.instance import FunctionFailed

log = logging.getLogger(__name__)

Invoke = Callable[[Any], Any]

_MESSAGES = 10
_RECORDS = 100
_WAIT_SECONDS = 2
_PAUSE_SECONDS = 0.3
_TABLES = "arn:aws:dynamodb:us-east-1:000000000000:table/"
_MOST_TRIES = 5
_UNREACHABLE = (BotoCoreError, ClientError)


class QueueMapping:
    """Calls a function with the messages of a queue; those that it does not name as failed are deleted."""

    def __init__(self, client: Any, url: str, invoke: Invoke) -> None:
        self._client = client
        self._url = url
        self._invoke = invoke

    def run(self, stop: threading.Event) -> None:
        """Call until `stop` is set; an unreachable queue is waited for."""
        while not stop.is_set():
            try:
                self._call_once()
            except FunctionFailed as error:
                log.warning("messages come again: %s", error)
                stop.wait(1)
            except _UNREACHABLE as error:
                log.warning("queue unreachable: %s", error)
                stop.wait(1)

    def _call_once(self) -> None:
        received = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=_MESSAGES,
            WaitTimeSeconds=_WAIT_SECONDS,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = received.get("Messages", [])
        if not messages:
            return
        failed = failures_in(self._invoke({"Records": [self._record(one) for one in messages]}))
        for message in messages:
            if message["MessageId"] not in failed:
                self._client.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    def _record(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": message.get("MD5OfBody", ""),
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{self._url.rpartition('/')[2]}",
            "awsRegion": "us-east-1",
        }


class StreamMapping:
    """Calls a function with the changes of a table, from the oldest that there is.

    How far it has come is kept in this process alone: started again it begins anew, and a change is told
    twice. A change that fails again and again is left behind after a few tries.
    """

    def __init__(self, tables: Any, streams: Any, table: str, invoke: Invoke) -> None:
        self._tables = tables
        self._streams = streams
        self._table = table
        self._invoke = invoke
        self._iterators: dict[str, str | None] = {}

    def run(self, stop: threading.Event) -> None:
        """Call until `stop` is set; an unreachable table is waited for."""
        while not stop.is_set():
            try:
                told = self._call_once(stop)
            except _UNREACHABLE as error:
                log.warning("stream unreachable: %s", error)
                self._iterators.clear()
                stop.wait(1)
                continue
            if not told:
                stop.wait(_PAUSE_SECONDS)

    def _call_once(self, stop: threading.Event) -> int:
        arn = self._tables.describe_table(TableName=self._table)["Table"]["LatestStreamArn"]
        for shard in self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            if shard["ShardId"] not in self._iterators:
                self._iterators[shard["ShardId"]] = self._streams.get_shard_iterator(
                    StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
                )["ShardIterator"]
        told = 0
        for shard_id, iterator in list(self._iterators.items()):
            if iterator is not None:
                answer = self._streams.get_records(ShardIterator=iterator, Limit=_RECORDS)
                self._tell(arn, answer["Records"], stop)
                self._iterators[shard_id] = answer.get("NextShardIterator")
                told += len(answer["Records"])
        return told

    def _tell(self, arn: str, records: Sequence[Any], stop: threading.Event) -> None:
        """Call with records until all are dealt with, in their order."""
        left, tries = [self._record(arn, one) for one in records], 0
        while left and not stop.is_set():
            failed = self._call(left)
            behind = next((at for at, one in enumerate(left) if _sequence(one) in failed), len(left))
            tries = tries + 1 if behind == 0 else 0
            if tries >= _MOST_TRIES:
                log.warning("change left behind: %s", _sequence(left[0]))
                behind, tries = 1, 0
            left = left[behind:]
            if tries:
                stop.wait(min(2.0**tries, 10.0))

    def _call(self, records: Sequence[Any]) -> set[str]:
        try:
            return failures_in(self._invoke({"Records": records}))
        except FunctionFailed as error:
            log.warning("changes come again: %s", error)
            return {_sequence(records[0])}

    def _record(self, arn: str, record: Mapping[str, Any]) -> Mapping[str, Any]:
        data = record["dynamodb"]
        told = {
            name: _in_json(value) for name, value in data.items() if name != "ApproximateCreationDateTime"
        }
        return {
            "eventID": record["eventID"],
            "eventName": record["eventName"],
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": told,
            "eventSourceARN": f"{_TABLES}{self._table}/stream/{arn[-23:]}",
        }


class Schedule:
    """Calls a function again and again."""

    def __init__(self, seconds: float, invoke: Invoke) -> None:
        self._seconds = seconds
        self._invoke = invoke

    def run(self, stop: threading.Event) -> None:
        """Call until `stop` is set."""
        while not stop.is_set():
            started = time.monotonic()
            try:
                self._invoke({"periodic": "all"})
            except FunctionFailed as error:
                log.warning("periodic work failed: %s", error)
            stop.wait(max(0.0, self._seconds - (time.monotonic() - started)))


def failures_in(answer: Any) -> set[str]:
    """Return what an answer names as failed: the ids of messages, or the sequence numbers of changes."""
    return set(_failures(answer))


def _failures(answer: Any) -> Iterator[str]:
    if isinstance(answer, Mapping):
        for one in answer.get("batchItemFailures") or ():
            yield one["itemIdentifier"]


def _in_json(value: Any) -> Any:
    """Return what boto3 gives as Lambda sends it: bytes in Base64."""
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: _in_json(one) for name, one in value.items()}
    return [_in_json(one) for one in value] if isinstance(value, list) else value


def _sequence(record: Mapping[str, Any]) -> str:
    sequence: str = record["dynamodb"]["SequenceNumber"]
    return sequence
