"""Reads a DynamoDB stream: every change of a table, in order for each item, at least once.

Several processes may read side by side; each shard is leased by one of them. A shard is read after its
parent, so an item's changes stay in order when the table's partitions split. A record that cannot be
handled is tried again with growing pauses, which holds up the records behind it, and after a bounded
number of tries it is parked with its reason.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from chassis.errors import Problem, Transient
from chassis.outcomes import Delivery, outcome_of
from chassis.process.background import backoff
from chassis.stores.aws import translated
from chassis.stores.checkpoints import PREFIX, Checkpoint, Checkpoints

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

log = logging.getLogger(__name__)

_WHAT = "Reading the table's stream"
_AT_ONCE = 100
_LIST_SECONDS = 5.0
_EXPIRED = {"ExpiredIteratorException", "TrimmedDataAccessException"}


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One change of one item; `old` and `new` are the item before and after, in DynamoDB's own form.

    `sequence` grows with each change of an item. A change may be delivered twice.
    """

    sequence: str
    kind: Literal["INSERT", "MODIFY", "REMOVE"]
    keys: Mapping[str, Any]
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


Handle = Callable[[ItemChange], None]
"""Returns when the change is dealt with, raises otherwise; `chassis.outcomes` says what becomes of it."""


def change_of(record: Mapping[str, Any]) -> ItemChange:
    """Return the change in a stream's record; Lambda's events have the same shape."""
    data = record["dynamodb"]
    sequence = data["SequenceNumber"]
    return ItemChange(sequence, record["eventName"], data["Keys"], data.get("OldImage"), data.get("NewImage"))


@dataclass(slots=True)
class _Shard:
    """A shard that this process reads: how far it has come, and how far that has been saved."""

    checkpoint: Checkpoint
    saved: Checkpoint
    leased_until: float
    iterator: str | None = None


class StreamReader:
    """Reads the stream of one table and gives every change to `handle`."""

    def __init__(
        self,
        client: DynamoDBClient,
        streams_client: DynamoDBStreamsClient,
        table: str,
        checkpoints: Checkpoints,
        handle: Handle,
        *,
        tries: int = 5,
        pause: float = 0.5,
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._streams_client = streams_client
        self.table = table
        self._checkpoints = checkpoints
        self._handle = handle
        self._tries = tries
        self._pause = pause
        self._clock = clock
        self._held: dict[str, _Shard] = {}
        self._listing: Sequence[Any] = ()
        self._finished: set[str] = set()
        self._listed_at = -_LIST_SECONDS

    def run(self, stop: threading.Event) -> None:
        """Read until `stop` is set, then let other processes go on; an absent table is waited for."""
        failures = 0
        while not stop.is_set():
            try:
                handled = self.read_once()
            except Problem as error:
                failures += 1
                log.warning("stream not readable", extra={"table": self.table, "error": repr(error)})
                stop.wait(backoff(failures, longest=10.0))
                continue
            failures = 0
            if not handled:
                stop.wait(self._pause)
        self.release()

    def take(self, record: Mapping[str, Any]) -> bool:
        """Deal with one record that Lambda has read; say whether that is done, else it has to come again.

        What will never be handled is parked with its reason. How often the others come again is bounded
        by the mapping.
        """
        meant = self._meant(record)
        if meant is None:
            return True
        try:
            reason, hopeless = self._attempt(meant)
            if hopeless:
                self._checkpoints.park(record["dynamodb"]["SequenceNumber"], meant, reason)
        except Transient as error:
            log.warning("record comes again", extra={"table": self.table, "error": repr(error)})
            return False
        return hopeless or not reason

    def read_once(self) -> int:
        """Read each shard that may be read once; return how many records there were. Raises Transient."""
        return sum(self._read(shard) for shard in list(self._shards()))

    def release(self) -> None:
        """Give all shards back."""
        for shard in self._held:
            try:
                self._checkpoints.release(shard)
            except Problem as error:  # the lease runs out by itself
                log.warning("lease of a shard not released", extra={"shard": shard, "error": repr(error)})
        self._held.clear()

    def _shards(self) -> Iterator[_Shard]:
        """Yield the shards that this process holds and whose parents are finished."""
        self._list()
        known, finished = {shard["ShardId"] for shard in self._listing}, self._finished
        for shard in self._listing:
            parent = shard.get("ParentShardId")
            if shard["ShardId"] in finished or (parent in known and parent not in finished):
                continue
            held = self._hold(shard["ShardId"])
            if held is not None:
                yield held

    def _list(self) -> None:
        """Know the stream's shards, and which are finished, as they were a few seconds ago at the most.

        What another process has finished since is no more than read to its end again, where nothing is left.
        """
        if self._clock() >= self._listed_at + _LIST_SECONDS:
            with translated(_WHAT):
                self._listing = list(self._describe())
            self._finished = self._checkpoints.finished()
            self._listed_at = self._clock()

    def _describe(self) -> Iterator[Any]:
        arguments: dict[str, Any] = {"StreamArn": self._arn()}
        while True:
            described = self._streams_client.describe_stream(**arguments)["StreamDescription"]
            yield from described["Shards"]
            if not described.get("LastEvaluatedShardId"):
                return
            arguments["ExclusiveStartShardId"] = described["LastEvaluatedShardId"]

    def _arn(self) -> str:
        arn = self._client.describe_table(TableName=self.table)["Table"].get("LatestStreamArn")
        if not arn:
            raise Transient(f"Table {self.table} has no stream.")
        return arn

    def _hold(self, shard_id: str) -> _Shard | None:
        """Return the shard if this process may read it; leases are prolonged when half of them is over."""
        held, now = self._held.get(shard_id), self._clock()
        if held is not None and now < held.leased_until - self._checkpoints.lease_seconds / 2:
            return held
        if held is not None:
            self._save(held)
        leased = self._checkpoints.lease(shard_id)
        if leased is None:
            self._held.pop(shard_id, None)
            return None
        until = now + self._checkpoints.lease_seconds
        if held is None or held.saved != leased:
            held = _Shard(leased, leased, until)
        held.leased_until = until
        self._held[shard_id] = held
        return held

    def _read(self, shard: _Shard) -> int:
        """Deal with what is next in the shard; return how many records that was."""
        answer = self._records(shard)
        records = answer["Records"]
        try:
            for record in records:
                self._deal_with(shard, record)
        except Problem:
            shard.iterator = None  # to begin again at the record that failed
            self._save(shard)
            raise
        shard.iterator = answer.get("NextShardIterator")
        if shard.iterator is None:
            shard.checkpoint = replace(shard.checkpoint, finished=True)
            self._save(shard)
            self._held.pop(shard.checkpoint.shard, None)
            self._finished.add(shard.checkpoint.shard)  # its children may be read
        elif any(self._meant(record) is not None for record in records):
            self._save(shard)  # not for our own records alone: each save makes another of them
        return len(records)

    def _records(self, shard: _Shard) -> Any:
        with translated(_WHAT):
            for fresh in (False, True):
                try:
                    if fresh or shard.iterator is None:
                        shard.iterator = self._iterator(shard.checkpoint)
                    return self._streams_client.get_records(ShardIterator=shard.iterator, Limit=_AT_ONCE)
                except ClientError as error:
                    code = error.response.get("Error", {}).get("Code")
                    if fresh or code not in _EXPIRED:
                        raise
                    if code == "TrimmedDataAccessException":
                        log.warning("stream records are gone", extra={"shard": shard.checkpoint.shard})
                        shard.checkpoint = replace(shard.checkpoint, sequence=None, attempts=0)
        raise AssertionError("the second try returns or raises")

    def _iterator(self, checkpoint: Checkpoint) -> str:
        where: dict[str, Any] = {"ShardIteratorType": "TRIM_HORIZON"}
        if checkpoint.sequence:
            where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": checkpoint.sequence}
        arguments = {"StreamArn": self._arn(), "ShardId": checkpoint.shard, **where}
        return str(self._streams_client.get_shard_iterator(**arguments)["ShardIterator"])

    def _deal_with(self, shard: _Shard, record: Any) -> None:
        """Handle a record or park it. Raises Transient when it has to be tried again."""
        sequence = record["dynamodb"]["SequenceNumber"]
        meant = self._meant(record)
        if meant is not None:
            reason, hopeless = self._attempt(meant)
            attempts = shard.checkpoint.attempts + 1
            if reason and not hopeless and attempts < self._tries:
                shard.checkpoint = replace(shard.checkpoint, attempts=attempts)
                raise Transient(f"A record could not be handled: {reason}")
            if reason:
                log.error("record parked", extra={"sequence": sequence, "reason": reason})
                self._checkpoints.park(sequence, meant, reason)
        shard.checkpoint = Checkpoint(shard.checkpoint.shard, sequence)

    def _attempt(self, record: Any) -> tuple[str, bool]:
        """Handle a record; return why that failed (empty: it did not) and whether it always will."""
        try:
            self._handle(change_of(record))
        except Transient:
            raise
        except Problem as error:
            delivery = outcome_of(error).delivery
            if delivery is Delivery.ACKNOWLEDGE:
                return "", False
            return f"{type(error).__name__}: {error}", delivery is Delivery.DEAD_LETTER
        except Exception as error:
            log.exception("record failed")
            return repr(error), False
        return "", False

    def _meant(self, record: Any) -> Any:
        """Return what is to be handled: the record, or the parked one that it wants tried again.

        None for what a reader keeps in the same table for itself.
        """
        return record if _is_foreign(record) else self._checkpoints.again(record)

    def _save(self, shard: _Shard) -> None:
        if shard.checkpoint == shard.saved:
            return
        if not self._checkpoints.save(shard.checkpoint):
            self._held.pop(shard.checkpoint.shard, None)
            raise Transient("Another process reads the shard now.")
        shard.saved = shard.checkpoint


def _is_foreign(record: Any) -> bool:
    """Say whether a record is of the service's own items, not of what a reader keeps in the same table."""
    return not record["dynamodb"]["Keys"].get("pk", {}).get("S", "").startswith(PREFIX)
