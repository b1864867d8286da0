"""DynamoDB transactions: which part failed, and patience with those that merely collide."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chassis.errors import Transient
from chassis.stores.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 6
_COLLISION = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class Cancelled(Exception):
    """A condition did not hold; `failed` are the places in the transaction whose conditions did not."""

    def __init__(self, failed: frozenset[int]) -> None:
        super().__init__(f"conditions {sorted(failed)} did not hold")
        self.failed = failed


def transact(client: DynamoDBClient, parts: Sequence[Any], what: str) -> None:
    """Write all `parts` or none. Raises Cancelled, or Transient when DynamoDB is away or stays contended.

    Two transactions on one account's counters collide; the loser waits a moment and goes again.
    """
    for attempt in range(1, _TRIES + 1):
        with translated(what):
            try:
                client.transact_write_items(TransactItems=list(parts))
            except ClientError as error:
                codes = _reasons(error)
                if not codes:
                    raise
                failed = frozenset(at for at, code in enumerate(codes) if code == "ConditionalCheckFailed")
                if failed:
                    raise Cancelled(failed) from error
                if not _COLLISION.intersection(codes) or attempt == _TRIES:
                    raise Transient(f"{what} is contended; try again shortly.") from error
            else:
                return
        time.sleep(random.uniform(0.2, 1.0) * 0.02 * 2**attempt)  # noqa: S311  # spreads load, guards nothing


def _reasons(error: ClientError) -> list[str]:
    if error.response.get("Error", {}).get("Code") == "TransactionConflictException":
        return ["TransactionConflict"]
    reasons: Any = error.response.get("CancellationReasons", [])
    return [str(reason.get("Code", "None")) for reason in reasons]
