"""Pages of to-dos read from DynamoDB: bounded in what is answered, in what is read, and in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chassis.http.pagination import Slice
from chassis.stores.aws import translated
from todos.domain.documents import read_todo, size_of, text_filter
from todos.domain.order import Range
from todos.domain.ports import ReadLimits
from todos.domain.todo_filter import TodoFilter
from todos.store import items
from todos.store.expressions import key_in, query_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_READ_AHEAD = 4
_MOST_READ_AT_ONCE = 1000
_BYTES_OF_A_UNIT = 4096


@dataclass(frozen=True, slots=True)
class _QueryResult:
    """What one Query gave: `size` bytes were read up to the key `last`, which is None at the end."""

    documents: list[str]
    size: int
    last: str | None


class Pages:
    """Reads pages. One ends early when it is large, or when looking for it has read or lasted too long."""

    def __init__(self, client: DynamoDBClient, table: str, limits: ReadLimits) -> None:
        self._client = client
        self._table = table
        self._limits = limits

    def page(self, owner: str, question: TodoFilter, after: str | None, limit: int) -> Slice[str]:
        found: list[str] = []
        size = read = 0
        deadline = time.monotonic() + self._limits.read_seconds
        belongs = text_filter(question)
        for part in question.ranges(after):
            for one in self._rounds(owner, question, part, limit + 1):
                read += one.size
                for document in filter(belongs, one.documents):
                    size += size_of(document)
                    if len(found) == limit or (found and size > self._limits.page_bytes):
                        last, next_one = read_todo(found[-1]), read_todo(document)
                        return Slice(found, {"after": question.key(last)}, read, question.key(next_one))
                    found.append(document)
                spent = read >= self._limits.read_bytes or time.monotonic() > deadline
                if spent and one.last is not None:
                    return Slice(found, {"after": one.last}, read, one.last)
        return Slice(found, None, read)

    def _rounds(self, owner: str, question: TodoFilter, part: Range, wanted: int) -> Iterator[_QueryResult]:
        """Yield what stands in `part`, Query by Query; `wanted` is how many are likely to be taken."""
        query = query_of(items.partition_of(owner), question, part)
        query["Limit"] = min(wanted * (_READ_AHEAD if question.filters else 1), _MOST_READ_AT_ONCE)
        while True:
            with translated("Reading to-dos"):
                answer: Any = self._client.query(
                    TableName=self._table, ConsistentRead=True, ReturnConsumedCapacity="TOTAL", **query
                )
            last = answer.get("LastEvaluatedKey")
            documents = [items.todo_document_in(item) for item in answer["Items"]]
            size = answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0) * _BYTES_OF_A_UNIT
            yield _QueryResult(
                documents, max(int(size), sum(map(size_of, documents))), key_in(question, last)
            )
            if last is None:
                return
            query |= {"ExclusiveStartKey": last, "Limit": _MOST_READ_AT_ONCE}
