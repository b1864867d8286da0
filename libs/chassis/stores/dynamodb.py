"""What every DynamoDB table needs: reading page by page, transactions, deleting many items.

Items and keys are in DynamoDB's own form, `{"pk": {"S": "..."}}`. Errors of the SDK arrive as problems
(see `chassis.stores.aws.translated`).
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chassis.errors import Transient
from chassis.server.background import backoff
from chassis.stores.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]

ABSENT: Mapping[str, str] = {"ConditionExpression": "attribute_not_exists(pk)"}
"""The condition of a write that makes an item."""

_COLLISIONS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_CONFLICTS = {"TransactionConflictException", "TransactionInProgressException"}
_DELETED_AT_ONCE = 25  # BatchWriteItem takes no more
_DELETE_TRIES = 8


class ConditionsFailed(Exception):
    """A transaction wrote nothing; `failed` are the places of its parts whose conditions did not hold."""

    def __init__(self, failed: frozenset[int]) -> None:
        super().__init__(f"conditions {sorted(failed)} did not hold")
        self.failed = failed


class Collision(Transient):
    """Another transaction was at work on the same items, or the table is too busy."""


def query(client: DynamoDBClient, what: str, **arguments: Any) -> Iterator[Any]:
    """Yield the items that a consistent Query finds. Raises Transient.

    `Limit` bounds what one request reads, not how many are found. `ConsistentRead=False` is for
    global indexes, which know no other way.
    """
    for page in query_pages(client, what, **arguments):
        yield from page


def query_pages(client: DynamoDBClient, what: str, **arguments: Any) -> Iterator[list[Any]]:
    """Yield what a consistent Query finds, a list for each request; it may be empty. Raises Transient."""
    pages = iter(client.get_paginator("query").paginate(**{"ConsistentRead": True, **arguments}))
    while True:
        with translated(what):
            page = next(pages, None)
        if page is None:
            return
        yield page["Items"]


def transact(client: DynamoDBClient, parts: Sequence[Any], what: str, *, tries: int = 1) -> None:
    """Write all `parts` or none.

    A collision with another transaction is tried again after a random pause, `tries` times in all.
    Raises ConditionsFailed, Collision, or Transient when DynamoDB is away.
    """
    for attempt in range(1, tries + 1):
        try:
            _transact(client, parts, what)
        except Collision:
            if attempt == tries:
                raise
        else:
            return
        time.sleep(random.uniform(0.2, 1.0) * 0.02 * 2**attempt)  # noqa: S311  # spreads load, guards nothing


def _transact(client: DynamoDBClient, parts: Sequence[Any], what: str) -> None:
    with translated(what):
        try:
            client.transact_write_items(TransactItems=list(parts))
        except ClientError as error:
            codes = cancellation_codes(error)
            failed = frozenset(at for at, code in enumerate(codes) if code == "ConditionalCheckFailed")
            if failed:
                raise ConditionsFailed(failed) from error
            if _COLLISIONS.intersection(codes):
                raise Collision(f"{what} collides with another change; try again shortly.") from error
            raise


def cancellation_codes(error: ClientError) -> list[str]:
    """Return why a transaction was cancelled, one code for each of its parts (`None` for those at no fault).

    Codes: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    if error.response.get("Error", {}).get("Code") in _CONFLICTS:
        return ["TransactionConflict"]
    response: Any = error.response
    return [str(reason.get("Code", "None")) for reason in response.get("CancellationReasons", ())]


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
