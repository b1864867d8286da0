"""Deleting many items of a DynamoDB table. Who does so needs `dynamodb:BatchWriteItem`."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from chassis.errors import Transient
from chassis.process.background import backoff
from chassis.stores.aws import translated
from chassis.stores.dynamodb import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_DELETED_AT_ONCE = 25  # BatchWriteItem takes no more
_DELETE_TRIES = 8


def delete_all(
    client: DynamoDBClient,
    table: str,
    keys: Iterable[Item],
    what: str,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Delete the items under `keys` in batches and return how many. Raises Transient.

    What was deleted before an error stays deleted: repeat the call with what is left.
    """
    remaining, deleted = iter(keys), 0
    while batch := list(itertools.islice(remaining, _DELETED_AT_ONCE)):
        _delete_batch(client, table, batch, what, sleep)
        deleted += len(batch)
    return deleted


def _delete_batch(
    client: DynamoDBClient, table: str, keys: Sequence[Item], what: str, sleep: Callable[[float], None]
) -> None:
    requests: Any = [{"DeleteRequest": {"Key": key}} for key in keys]
    for attempt in range(1, _DELETE_TRIES + 1):
        with translated(what):
            answer = client.batch_write_item(RequestItems={table: requests})
        requests = answer.get("UnprocessedItems", {}).get(table)
        if not requests:
            return
        sleep(backoff(attempt, first=0.05, longest=2.0))
    raise Transient(f"{what} is too slow at the moment; try again shortly.")
