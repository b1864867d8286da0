"""Idempotency records in a service's own DynamoDB table.

Item: `pk` = `IDEMPOTENCY#<key>`, `sk` = `IDEMPOTENCY`, `expires_at` is the table's TTL attribute
(epoch seconds). TTL deletes late, so expiry is also checked here. An answer's body is compressed;
what does not fit into one item (400 KB) goes on in items with `sk` = `IDEMPOTENCY#1`, ...
"""

from __future__ import annotations

import contextlib
import json
import time
import zlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import ClientError

from chassis.aws import translated
from chassis.idempotency.base import KEEP_SECONDS, Claimed, Known, Recorded

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CLAIM = (
    "attribute_not_exists(pk) OR (attribute_not_exists(answer) AND leased_until <= :now"
    " AND expires_at > :now AND fingerprint = :fingerprint)"
)
_CLAIM_EXPIRED = "attribute_not_exists(pk) OR expires_at <= :now"
_SET = (
    "SET fingerprint = :fingerprint, leased_until = :until, expires_at = :expires,"
    " resource_id = if_not_exists(resource_id, :resource)"
)
_SET_ANEW = (
    "SET fingerprint = :fingerprint, leased_until = :until, expires_at = :expires, resource_id = :resource"
    " REMOVE answer, body"
)
_STANDS = "attribute_exists(pk)"
_PART_BYTES = 350_000


class DynamoIdempotency:
    """An IdempotencyStore whose claim is one conditional update."""

    def __init__(self, client: DynamoDBClient, table: str, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._now = now

    def begin(self, key: str, fingerprint: str, resource_id: UUID, lease: int) -> Claimed | Known:
        """See IdempotencyStore. Raises Transient when DynamoDB is away."""
        now = int(self._now())
        values: dict[str, Any] = {
            ":now": {"N": str(now)},
            ":fingerprint": {"S": fingerprint},
            ":until": {"N": str(now + lease)},
            ":expires": {"N": str(now + KEEP_SECONDS)},
            ":resource": {"S": str(resource_id)},
        }
        with translated("Claiming an Idempotency-Key"):
            outcome = self._claim(key, _CLAIM, _SET, values)
            if isinstance(outcome, Mapping) and int(outcome["expires_at"]["N"]) <= now:
                outcome = self._claim(key, _CLAIM_EXPIRED, _SET_ANEW, values)
            return outcome if isinstance(outcome, Claimed) else self._known(key, outcome)

    def _claim(
        self, key: str, condition: str, update: str, values: dict[str, Any]
    ) -> Claimed | Mapping[str, Any]:
        """Claim the key under `condition`, or return the item that stands in the way."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            standing: Any = error.response.get("Item")
            if not standing:
                raise
            return dict(standing)
        return Claimed(UUID(answer["Attributes"]["resource_id"]["S"]))

    def finish(self, key: str, recorded: Recorded) -> None:
        """See IdempotencyStore."""
        first, *rest = _parts(recorded.body)
        answer = {"status": recorded.status, "headers": recorded.headers, "parts": 1 + len(rest)}
        values: dict[str, Any] = {":answer": {"S": json.dumps(answer)}, ":body": {"B": first}}
        expires = {"N": str(int(self._now()) + KEEP_SECONDS)}
        with translated("Keeping the answer of an Idempotency-Key"):
            for number, part in enumerate(rest, 1):
                item: dict[str, Any] = {**_key(key, number), "body": {"B": part}, "expires_at": expires}
                self._client.put_item(TableName=self._table, Item=item)
            self._change(key, "SET answer = :answer, body = :body", values)

    def release(self, key: str) -> None:
        """See IdempotencyStore."""
        with translated("Releasing an Idempotency-Key"):
            self._change(key, "SET leased_until = :now", {":now": {"N": str(int(self._now()))}})

    def _change(self, key: str, update: str, values: dict[str, Any]) -> None:
        """Change the key's item if it still stands: an update alone would make half an item."""
        with contextlib.suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression=update,
                ConditionExpression=_STANDS,
                ExpressionAttributeValues=values,
            )

    def abandon(self, key: str) -> None:
        """See IdempotencyStore."""
        with translated("Forgetting an Idempotency-Key"):
            self._client.delete_item(TableName=self._table, Key=_key(key))

    def _known(self, key: str, item: Mapping[str, Any]) -> Known:
        if "answer" not in item:
            return Known(item["fingerprint"]["S"])
        answer = json.loads(item["answer"]["S"])
        parts = [item["body"]["B"]]
        for number in range(1, answer["parts"]):
            found = self._client.get_item(TableName=self._table, Key=_key(key, number), ConsistentRead=True)
            parts.append(found["Item"]["body"]["B"])
        body = zlib.decompress(b"".join(parts))
        return Known(item["fingerprint"]["S"], Recorded(answer["status"], answer["headers"], body))


def _key(key: str, part: int = 0) -> dict[str, Any]:
    return {"pk": {"S": f"IDEMPOTENCY#{key}"}, "sk": {"S": f"IDEMPOTENCY#{part}" if part else "IDEMPOTENCY"}}


def _parts(body: bytes) -> list[bytes]:
    packed = zlib.compress(body, level=1)
    return [packed[start : start + _PART_BYTES] for start in range(0, len(packed), _PART_BYTES)]
