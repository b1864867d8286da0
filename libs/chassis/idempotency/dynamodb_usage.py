"""How many keys an owner has used, and how many bytes of answers are kept for it, per day, in DynamoDB.

One item per owner and day: `pk` = the owner's partition of records, `sk` = `USED#<day>`; it goes with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chassis.errors import TooMany
from chassis.idempotency.base import KEEP_SECONDS, IdempotencyLimits

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class KeyUsage:
    """Counts by conditional updates, so that processes that count at once agree."""

    def __init__(
        self, client: DynamoDBClient, table: str, now: Callable[[], float], limits: IdempotencyLimits
    ) -> None:
        self._client = client
        self._table = table
        self._now = now
        self._limits = limits

    def add_key(self, partition: str) -> None:
        """Count one more key; raise TooMany when there are as many as there may be."""
        free = "attribute_not_exists(used_keys) OR used_keys < :below"
        if not self._add(partition, self._today(), "used_keys", 1, free, self._limits.keys):
            raise TooMany(
                f"Your account has used {self._limits.keys} Idempotency-Keys today, the most there may be.",
                retry_after=KEEP_SECONDS - int(self._now()) % KEEP_SECONDS,
            )

    def add_bytes(self, partition: str, size: int) -> bool:
        """Count the bytes of an answer, and say whether there was room for them.

        They belong to a key that was counted, today or yesterday; an owner who was forgotten since has none.
        """
        free = "attribute_exists(used_keys) AND (attribute_not_exists(used_bytes) OR used_bytes < :below)"
        below, today = self._limits.bytes - size + 1, self._today()
        return any(self._add(partition, day, "used_bytes", size, free, below) for day in (today, today - 1))

    def _today(self) -> int:
        return int(self._now()) // KEEP_SECONDS

    def _add(self, partition: str, day: int, name: str, amount: int, condition: str, below: int) -> bool:
        key: Any = {"pk": {"S": partition}, "sk": {"S": f"USED#{day}"}}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=f"ADD {name} :amount SET expires_at = :expires",
                ConditionExpression=condition,
                ExpressionAttributeValues={
                    ":amount": {"N": str(amount)},
                    ":below": {"N": str(below)},
                    ":expires": {"N": str((day + 2) * KEEP_SECONDS)},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True
