"""The records of tables' streams that no worker could deal with; they are kept in the table itself."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.deadletters.letters import Letter
from slipway.manifest import Manifest
from slipway.terminal.problems import USAGE, Problem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PREFIX = "STREAM#"
_PARKED = "#ASIDE"
_AGAIN = "#AGAIN"
_KEEP_SECONDS = 14 * 86_400


@dataclass(frozen=True)
class TableStream:
    """The stream of `table`, whose records the workers of `service` read."""

    table: str
    service: str

    @property
    def name(self) -> str:
        """What `dlq` calls the records of it that were parked."""
        return f"{self.source}-dlq"

    @property
    def source(self) -> str:
        """What `dlq` calls the stream."""
        return f"{self.table}-stream"


def streams_of(manifests: Mapping[str, Manifest]) -> list[TableStream]:
    """Return every stream of every service."""
    tables = [(name, table) for name, manifest in manifests.items() for table in manifest.stores.tables]
    return [TableStream(table.name, name) for name, table in tables if table.stream]


class ParkedRecords:
    """The parked records of one stream. The id of one is `READER:SEQUENCE-NUMBER`."""

    def __init__(self, dynamodb: DynamoDBClient, stream: TableStream) -> None:
        self._dynamodb = dynamodb
        self._stream = stream

    def count(self) -> int:
        """Return how many there are."""
        return len(self._items())

    def read(self, limit: int) -> list[Letter]:
        """Return up to `limit` of them, the oldest first; they all stay."""
        letters = sorted((_letter(one) for one in self._items()), key=lambda one: (one.sent_at, one.id))
        return letters[:limit]

    def redrive(self, ids: Collection[str] = ()) -> int:
        """Have the records `ids`, all where none is given, tried again; return how many.

        Raises Problem for an id that is not there, having moved nothing.
        """
        found = self._named(ids) if ids else self._items()
        for item in found:
            self._try_again(item)
        return len(found)

    def discard(self, letter_id: str) -> None:
        """Delete a record for good. Raises Problem when it is not there."""
        [item] = self._named([letter_id])
        self._dynamodb.delete_item(TableName=self._stream.table, Key=_key(item))

    def _items(self) -> list[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._stream.table,
            FilterExpression="begins_with(pk, :prefix) AND contains(pk, :parked)",
            ExpressionAttributeValues={":prefix": {"S": _PREFIX}, ":parked": {"S": _PARKED}},
            ConsistentRead=True,
        )
        return [item for page in pages for item in page["Items"]]

    def _named(self, ids: Iterable[str]) -> list[dict[str, Any]]:
        found = {_id(item): item for item in self._items()}
        wanted = set(ids)
        missing = sorted(wanted - found.keys())
        if missing:
            raise Problem(
                f"{self._stream.name} has no record {', '.join(missing)}",
                next_step=f"./slipway dlq show {self._stream.name} lists what there is",
                code=USAGE,
            )
        return [found[one] for one in sorted(wanted)]

    def _try_again(self, item: Mapping[str, Any]) -> None:
        """Move the record to where its reader hears of it by the stream."""
        table = self._stream.table
        expires = {"N": str(int(time.time()) + _KEEP_SECONDS)}
        partition = item["pk"]["S"].removesuffix(_PARKED)
        moved = {
            "pk": {"S": f"{partition}{_AGAIN}"},
            "sk": item["sk"],
            "record": item["record"],
            "expires_at": expires,
        }
        self._dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": moved}},
                {"Delete": {"TableName": table, "Key": _key(item)}},
            ]
        )


def _key(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"pk": item["pk"], "sk": item["sk"]}


def _id(item: Mapping[str, Any]) -> str:
    reader = item["pk"]["S"].removeprefix(_PREFIX).removesuffix(_PARKED)
    return f"{reader}:{item['sk']['S']}"


def _letter(item: Mapping[str, Any]) -> Letter:
    record = item["record"]["S"]
    return Letter(id=_id(item), reason=item["reason"]["S"], sent_at=_sent_at(record), body=record)


def _sent_at(record: str) -> str:
    """Return when the change was made; empty where the record was too large to be kept whole."""
    try:
        return str(json.loads(record)["dynamodb"].get("ApproximateCreationDateTime", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
