"""Reading many items of a table by their keys."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from blog.errors import TooBusy
from chassis.process.background import backoff
from chassis.stores.aws import translated
from chassis.stores.dynamodb import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_AT_ONCE = 100  # BatchGetItem takes no more
_TRIES = 5


def batch_get(client: DynamoDBClient, table: str, keys: Sequence[Item], what: str) -> Iterator[Any]:
    """Yield the items that there are under `keys`, in any order, read consistently. Raises Transient."""
    for start in range(0, len(keys), _AT_ONCE):
        wanted: Any = {table: {"Keys": list(keys[start : start + _AT_ONCE]), "ConsistentRead": True}}
        for attempt in range(1, _TRIES + 1):
            with translated(what):
                answer = client.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(table, ())
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                break
            time.sleep(backoff(attempt, first=0.02, longest=0.5))
        else:
            raise TooBusy
