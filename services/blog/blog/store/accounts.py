"""The mark of erased accounts in DynamoDB, and the condition that there is none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from blog.store import changes, items
from chassis.clock import Clock, utc_now
from chassis.schemas import format_time
from chassis.stores.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEEP_MARK = timedelta(days=2)  # longer than any token is good
_NOT_ERASED = "attribute_not_exists(erased_at)"


class DynamoAccounts:
    """Which accounts are erased."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock = utc_now) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def is_erased(self, account: str) -> bool:
        with translated("Reading an account"):
            found = self._client.get_item(
                TableName=self._table, Key=items.account_key(account), ConsistentRead=True
            )
        return "erased_at" in found.get("Item", {})

    def mark_erased(self, account: str) -> None:
        now = self._clock()
        with translated("Marking an account as erased"):
            self._client.update_item(
                TableName=self._table,
                Key=items.account_key(account),
                UpdateExpression="SET erased_at = :now, expires_at = :expires REMOVE posts",
                ExpressionAttributeValues={
                    ":now": {"S": format_time(now)},
                    ":expires": {"N": str(int((now + _KEEP_MARK).timestamp()))},
                },
            )

    def stands(self, account: str) -> Any:
        """Return the part of a transaction that fails once the account is erased."""
        return changes.check(self._table, items.account_key(account), _NOT_ERASED)

    def counts(self, account: str, by: int, most: int | None = None) -> Any:
        """Return the part that counts an account's posts; with `most` it fails above and when erased."""
        values: dict[str, Any] = {":by": {"N": str(by)}}
        condition = ""
        if most is not None:
            values[":most"] = {"N": str(most)}
            condition = f"{_NOT_ERASED} AND (attribute_not_exists(posts) OR posts < :most)"
        key = items.account_key(account)
        return changes.update(self._table, key, "ADD posts :by", values, condition)
