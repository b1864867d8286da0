"""Erasing everything of one account from the table, so that it stays erased."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from chassis.stores.aws import translated
from chassis.stores.deletion import delete_all
from chassis.stores.dynamodb import query_pages
from todos.store import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WHAT = "Erasing an account"


class DynamoEraser:
    """Marks accounts as erased and deletes what they had."""

    def __init__(
        self, client: DynamoDBClient, table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def mark(self, owner: str, until: int) -> None:
        """Raises Transient when a write is just under way."""
        with translated("Marking an account as erased"):
            self._client.update_item(
                TableName=self._table,
                Key=items.key_of(owner, items.META),
                UpdateExpression=(
                    "SET erased = :yes, expires_at = :until REMOVE lists, todos, last_position ADD seq :one"
                ),
                ExpressionAttributeValues={
                    ":yes": {"BOOL": True},
                    ":until": {"N": str(until)},
                    ":one": {"N": "1"},
                },
            )

    def erase(self, owner: str) -> None:
        """Each page is deleted before the next is read, so a repetition goes on."""
        pages = query_pages(
            self._client,
            _WHAT,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ProjectionExpression="pk, sk",
            ExpressionAttributeValues={":pk": {"S": items.partition_of(owner)}},
        )
        for page in pages:
            doomed = (key for key in page if key["sk"]["S"] != items.META)
            delete_all(self._client, self._table, doomed, _WHAT, self._sleep)
