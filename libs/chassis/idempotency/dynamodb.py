"""Idempotency records in a service's own DynamoDB table.

Item: `pk` = `IDEMPOTENCY#<key>`, `sk` = `IDEMPOTENCY`, `expires_at` is the table's TTL attribute
(epoch seconds). TTL deletes late, so expiry is also checked here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import ClientError

from chassis.aws import translated
from chassis.idempotency.base import KEEP_SECONDS, Claimed, Known, Recorded

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CLAIM = (
    "attribute_not_exists(pk)"
    " OR (attribute_not_exists(answer) AND leased_until <= :now AND fingerprint = :fingerprint"
    " AND expires_at > :now)"
)
_UPDATE = (
    "SET fingerprint = :fingerprint, leased_until = :until, expires_at = :expires,"
    " resource_id = if_not_exists(resource_id, :resource)"
)


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
            try:
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=_key(key),
                    UpdateExpression=_UPDATE,
                    ConditionExpression=_CLAIM,
                    ExpressionAttributeValues=values,
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as error:
                standing: Any = error.response.get("Item")
                if not standing:
                    raise
                if int(standing["expires_at"]["N"]) > now:
                    return _known(standing)
                self._forget_expired(key, now)
                return self.begin(key, fingerprint, resource_id, lease)
        return Claimed(UUID(answer["Attributes"]["resource_id"]["S"]))

    def _forget_expired(self, key: str, now: int) -> None:
        try:
            self._client.delete_item(
                TableName=self._table,
                Key=_key(key),
                ConditionExpression="expires_at <= :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # another call was faster

    def finish(self, key: str, recorded: Recorded) -> None:
        """See IdempotencyStore."""
        answer = json.dumps({"status": recorded.status, "headers": recorded.headers})
        with translated("Keeping the answer of an Idempotency-Key"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression="SET answer = :answer, body = :body",
                ExpressionAttributeValues={":answer": {"S": answer}, ":body": {"B": recorded.body}},
            )

    def release(self, key: str) -> None:
        """See IdempotencyStore."""
        with translated("Releasing an Idempotency-Key"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression="SET leased_until = :now",
                ExpressionAttributeValues={":now": {"N": str(int(self._now()))}},
            )

    def abandon(self, key: str) -> None:
        """See IdempotencyStore."""
        with translated("Forgetting an Idempotency-Key"):
            self._client.delete_item(TableName=self._table, Key=_key(key))


def _key(key: str) -> dict[str, Any]:
    return {"pk": {"S": f"IDEMPOTENCY#{key}"}, "sk": {"S": "IDEMPOTENCY"}}


def _known(item: Mapping[str, Any]) -> Known:
    if "answer" not in item:
        return Known(item["fingerprint"]["S"])
    answer = json.loads(item["answer"]["S"])
    body = item["body"]["B"] if "body" in item else b""
    return Known(item["fingerprint"]["S"], Recorded(answer["status"], answer["headers"], bytes(body)))
