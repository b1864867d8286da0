"""What every DynamoDB table needs: reading page by page, and transactions.

Items and keys are in DynamoDB's own form, `{"pk": {"S": "..."}}`. Errors of the SDK arrive as problems
(see `chassis.stores.aws.translated`).
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chassis.errors import Transient
from chassis.stores.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]

ABSENT: Mapping[str, str] = {"ConditionExpression": "attribute_not_exists(pk)"}
"""The condition of a write that makes an item."""

_COLLISIONS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_CONFLICTS = {"TransactionConflictException", "TransactionInProgressException"}


class ConditionsFailed(Exception):
    """A transaction wrote nothing; `failed` are the places of its parts whose conditions did not hold."""

    def __init__(self, failed: frozenset[int]) -> None:
        super().__init__(f"conditions {sorted(failed)} did not hold")
        self.failed = failed


class Collision(Transient):
    """Another transaction was writing the same items, or the table is too busy."""


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
