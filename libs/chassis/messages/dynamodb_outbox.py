"""The transactional outbox in a DynamoDB table: an event is one more item of the transaction it tells of.

| item | pk | sk | further |
|---|---|---|---|
| event | OUTBOX | the event's id, which grows with time | event, failures, retry_at, last_error |
| lease of the relay | OUTBOX#RELAY | OUTBOX#RELAY | holder, until |

One partition takes 1,000 writes a second, which bounds the events of one table.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis.clock import Clock, utc_now
from chassis.errors import Stale, Transient
from chassis.ids import new_id
from chassis.messages.events import Event, parse
from chassis.messages.outbox import ParkedEvent, park
from chassis.stores.aws import translated
from chassis.stores.deletion import delete_all
from chassis.stores.dynamodb import Item, query

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PARTITION = "OUTBOX"
_LEASE_KEY = {"pk": {"S": "OUTBOX#RELAY"}, "sk": {"S": "OUTBOX#RELAY"}}
_LEASE_SECONDS = 30.0
_WHAT = "Relaying events"


def put_of(table: str, event: Event) -> Any:
    """Return the part of a transaction that keeps `event` with the change that it tells of."""
    item = {**_key(event.id), "event": {"S": event.model_dump_json(exclude_none=True)}}
    return {"Put": {"TableName": table, "Item": item}}


class DynamoOutbox:
    """An OutboxStore. One relay at a time holds a lease; it is another's when the holder has died."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock = utc_now) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._leased_at = clock()

    def drain(self, limit: int, publish: Callable[[Event], None]) -> int:
        """While another relay holds the lease, nothing is waiting for this one."""
        if next(iter(self._due(1)), None) is None or not self._lease(holder := str(new_id())):
            return 0
        published: list[Item] = []
        try:
            for item in itertools.islice(self._due(limit), limit):
                if not self._keep_lease(holder):
                    break
                if self._publish(item, publish):
                    published.append(item)
        finally:
            # In this order: who gets the lease next must not find what was published.
            delete_all(self._client, self._table, map(_key_of, published), _WHAT)
            self._release(holder)
        return len(published)

    def parked(self) -> list[ParkedEvent]:
        return [_parked(item) for item in self._query(FilterExpression="attribute_exists(failures)")]

    def retry(self) -> int:
        parked = list(self._query(FilterExpression="attribute_exists(failures)"))
        for item in parked:
            self._update(_key_of(item), "SET retry_at = :now", {":now": _seconds(self._clock())})
        return len(parked)

    def _due(self, limit: int) -> Any:
        due = "attribute_not_exists(retry_at) OR retry_at <= :now"
        return self._query(FilterExpression=due, Limit=limit, values={":now": _seconds(self._clock())})

    def _query(self, values: Item | None = None, **arguments: Any) -> Any:
        return query(
            self._client,
            _WHAT,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _PARTITION}, **(values or {})},
            **arguments,
        )

    def _publish(self, item: Any, publish: Callable[[Event], None]) -> bool:
        """Publish the event of `item` and say whether it went out; a Transient is kept and passed on."""
        try:
            publish(parse(item["event"]["S"]))
        except Transient as error:
            self._park(item, error)
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the other events go on
            self._park(item, error)
            return False
        return True

    def _park(self, item: Any, error: Exception) -> None:
        failures = int(item.get("failures", {"N": "0"})["N"]) + 1
        parked = park(_position(item), failures, error, self._clock())
        values = {
            ":failures": {"N": str(parked.failures)},
            ":retry_at": _seconds(parked.retry_at),
            ":error": {"S": parked.error},
        }
        self._update(
            _key_of(item), "SET failures = :failures, retry_at = :retry_at, last_error = :error", values
        )

    def _update(self, key: Item, update: str, values: Item) -> None:
        """Change an event that is still there."""
        with translated(_WHAT):
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=update,
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=values,
            )

    def _keep_lease(self, holder: str) -> bool:
        """Prolong the lease when half of it is over, and say whether it is still ours."""
        held = (self._clock() - self._leased_at).total_seconds()
        return held < _LEASE_SECONDS / 2 or self._lease(holder)

    def _lease(self, holder: str) -> bool:
        """Take the lease or prolong it, and say whether it is ours."""
        self._leased_at = self._clock()
        now = self._leased_at.timestamp()
        try:
            with translated(_WHAT):
                self._client.update_item(
                    TableName=self._table,
                    Key=_LEASE_KEY,
                    UpdateExpression="SET holder = :holder, #until = :until",
                    ConditionExpression="attribute_not_exists(pk) OR holder = :holder OR #until < :now",
                    ExpressionAttributeNames={"#until": "until"},
                    ExpressionAttributeValues={
                        ":holder": {"S": holder},
                        ":now": {"N": str(now)},
                        ":until": {"N": str(now + _LEASE_SECONDS)},
                    },
                )
        except Stale:
            return False
        return True

    def _release(self, holder: str) -> None:
        try:
            with translated(_WHAT):
                self._client.delete_item(
                    TableName=self._table,
                    Key=_LEASE_KEY,
                    ConditionExpression="holder = :holder",
                    ExpressionAttributeValues={":holder": {"S": holder}},
                )
        except Stale:
            return


def _key(event_id: UUID) -> dict[str, Any]:
    return {"pk": {"S": _PARTITION}, "sk": {"S": str(event_id)}}


def _key_of(item: Any) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}


def _position(item: Any) -> int:
    return UUID(item["sk"]["S"]).int


def _parked(item: Any) -> ParkedEvent:
    retry_at = datetime.fromtimestamp(float(item["retry_at"]["N"]), UTC)
    return ParkedEvent(_position(item), int(item["failures"]["N"]), retry_at, item["last_error"]["S"])


def _seconds(time: datetime) -> Any:
    return {"N": str(time.timestamp())}
