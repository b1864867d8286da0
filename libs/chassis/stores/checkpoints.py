"""How far a DynamoDB stream has been read, kept in the table itself, and who reads which shard.

| item | pk | sk | further |
|---|---|---|---|
| shard | STREAM#reader | the shard's id | holder, until, sequence, attempts, finished |
| parked record | STREAM#reader#ASIDE | the record's sequence number | record, reason |
| record to be tried again | STREAM#reader#AGAIN | the same | record |

Whoever wants a parked record tried again moves its item: the stream tells the reader of that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chassis.clock import Clock, utc_now
from chassis.errors import Stale
from chassis.stores.aws import translated
from chassis.stores.dynamodb import query

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PREFIX = "STREAM#"
"""Begins the partition key of everything that a reader keeps; it passes over the records of these itself."""

_WHAT = "Reading the table's stream"
_LARGEST_RECORD = 300_000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The last record of a shard that was dealt with; `attempts` at the one behind it have failed."""

    shard: str
    sequence: str | None = None
    attempts: int = 0
    finished: bool = False


@dataclass(frozen=True, slots=True)
class ParkedRecord:
    """A record that could not be handled, and why."""

    sequence: str
    reason: str
    record: Mapping[str, Any]


class Checkpoints:
    """Leases and progress of one reader, shared by all its processes."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        reader: str,
        holder: str,
        clock: Clock = utc_now,
        lease_seconds: float = 30.0,
    ) -> None:
        self._client = client
        self._table = table
        self._partition = f"{PREFIX}{reader}"
        self._holder = holder
        self._clock = clock
        self.lease_seconds = lease_seconds

    def again(self, record: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the parked record that a stream's record wants tried again; None for any other record."""
        data = record["dynamodb"]
        if data["Keys"].get("pk", {}).get("S") != f"{self._partition}#AGAIN" or "NewImage" not in data:
            return None
        return _record(data["NewImage"]["record"]["S"])

    def finished(self) -> set[str]:
        """Return the shards that have been read to their end."""
        found = query(
            self._client,
            _WHAT,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            FilterExpression="finished = :yes",
            ExpressionAttributeValues={":pk": {"S": self._partition}, ":yes": {"BOOL": True}},
        )
        return {item["sk"]["S"] for item in found}

    def lease(self, shard: str) -> Checkpoint | None:
        """Take the shard or keep it; None while another process reads it. Raises Transient."""
        now = self._clock().timestamp()
        free = "attribute_not_exists(pk) OR holder = :holder OR #until < :now"
        values = {":now": {"N": str(now)}, ":until": {"N": str(now + self.lease_seconds)}}
        item = self._change(shard, "SET holder = :holder, #until = :until", free, values)
        return None if item is None else _checkpoint(shard, item)

    def save(self, checkpoint: Checkpoint) -> bool:
        """Keep the progress of a shard, and say whether it is still ours. Raises Transient."""
        values: dict[str, Any] = {
            ":sequence": {"S": checkpoint.sequence or ""},
            ":attempts": {"N": str(checkpoint.attempts)},
            ":finished": {"BOOL": checkpoint.finished},
        }
        update = "SET #sequence = :sequence, attempts = :attempts, finished = :finished"
        return self._change(checkpoint.shard, update, "holder = :holder", values) is not None

    def release(self, shard: str) -> None:
        """Let another process read the shard at once. Raises Transient."""
        values = {":now": {"N": str(self._clock().timestamp() - 1)}}
        self._change(shard, "SET #until = :now", "holder = :holder", values)

    def park(self, sequence: str, record: Mapping[str, Any], reason: str) -> None:
        """Keep a record that cannot be handled, with the reason; once however often. Raises Transient."""
        text = json.dumps(record, default=str)[:_LARGEST_RECORD]
        with translated(_WHAT):
            self._client.put_item(
                TableName=self._table,
                Item={
                    "pk": {"S": f"{self._partition}#ASIDE"},
                    "sk": {"S": sequence},
                    "record": {"S": text},
                    "reason": {"S": reason[:1000]},
                },
            )

    def parked(self) -> list[ParkedRecord]:
        """Return the records that were parked, oldest first. Raises Transient."""
        found = query(
            self._client,
            _WHAT,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"{self._partition}#ASIDE"}},
        )
        return [
            ParkedRecord(item["sk"]["S"], item["reason"]["S"], _record(item["record"]["S"])) for item in found
        ]

    def _change(self, shard: str, update: str, condition: str, values: Mapping[str, Any]) -> Any:
        """Change a shard's item and return it; None where the condition does not hold."""
        names = {"#until": "until", "#sequence": "sequence"}
        used = {name: text for name, text in names.items() if name in update + condition}
        arguments: dict[str, Any] = {"ExpressionAttributeNames": used} if used else {}
        try:
            with translated(_WHAT):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": self._partition}, "sk": {"S": shard}},
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeValues={":holder": {"S": self._holder}, **values},
                    ReturnValues="ALL_NEW",
                    **arguments,
                )
        except Stale:
            return None
        return answer["Attributes"]


def _checkpoint(shard: str, item: Any) -> Checkpoint:
    return Checkpoint(
        shard,
        item.get("sequence", {}).get("S") or None,
        int(item.get("attempts", {"N": "0"})["N"]),
        bool(item.get("finished", {}).get("BOOL", False)),
    )


def _record(text: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads(text)
    except ValueError:  # cut at the size that an item may have
        return {"text": text}
    return found
