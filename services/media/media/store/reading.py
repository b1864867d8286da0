"""How the table is read, whatever lies in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chassis.schemas import format_time
from chassis.stores.aws import translated
from chassis.stores.dynamodb import query

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryOutputTypeDef

_READING = "Reading the table"


def item_at(client: DynamoDBClient, table: str, key: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the item with a key as it was last written, None when there is none. Raises Transient."""
    with translated(_READING):
        answer = client.get_item(TableName=table, Key=key, ConsistentRead=True)
    return answer.get("Item")


def items_in(
    client: DynamoDBClient, table: str, pk: Mapping[str, str], beginning: str, size: int, **more: Any
) -> Iterator[Any]:
    """Yield the items of a partition whose sort keys begin so, read `size` at a time. Raises Transient."""
    return query(
        client,
        _READING,
        TableName=table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :beginning)",
        ExpressionAttributeValues={":pk": pk, ":beginning": {"S": beginning}},
        Limit=size,
        **more,
    )


def due_work(
    client: DynamoDBClient, table: str, work: str, now: datetime, limit: int, start: Any = None
) -> QueryOutputTypeDef:
    """Return a page of the items with work of a kind that is due, the longest due first. Raises Transient."""
    with translated("Looking for work that is due"):
        return client.query(
            TableName=table,
            IndexName="due",
            KeyConditionExpression="#work = :work AND due_at <= :now",
            ExpressionAttributeNames={"#work": "work"},
            ExpressionAttributeValues={":work": {"S": work}, ":now": {"S": format_time(now)}},
            Limit=limit,
            **({"ExclusiveStartKey": start} if start else {}),
        )
