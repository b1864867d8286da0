"""Erasing everything of one account from the table, so that it stays erased."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chassis.errors import Transient
from chassis.server.background import backoff
from chassis.stores.aws import translated
from todos.store import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH = 25
_TRIES = 8


class Eraser:
    """Marks accounts as erased and deletes what they had."""

    def __init__(
        self, client: DynamoDBClient, table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def mark(self, owner: str, until: int) -> None:
        """See TodoStore.mark_erased. Raises Transient when a write is just under way."""
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
        """See TodoStore.erase. Each page is deleted before the next is read, so a repetition goes on."""
        for keys in self._pages(owner):
            doomed = (key for key in keys if key["sk"]["S"] != items.META)
            while batch := list(itertools.islice(doomed, _BATCH)):
                self._delete(batch)

    def _pages(self, owner: str) -> Iterator[Sequence[Any]]:
        arguments: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk",
            "ProjectionExpression": "pk, sk",
            "ExpressionAttributeValues": {":pk": {"S": items.partition_of(owner)}},
        }
        while True:
            with translated("Erasing an account"):
                answer = self._client.query(TableName=self._table, ConsistentRead=True, **arguments)
            yield answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _delete(self, keys: list[Any]) -> None:
        requests: Any = [{"DeleteRequest": {"Key": key}} for key in keys]
        for attempt in range(1, _TRIES + 1):
            with translated("Erasing an account"):
                answer = self._client.batch_write_item(RequestItems={self._table: requests})
            requests = answer.get("UnprocessedItems", {}).get(self._table)
            if not requests:
                return
            self._sleep(backoff(attempt, first=0.05, longest=2.0))
        raise Transient("Erasing an account is too slow at the moment.")
