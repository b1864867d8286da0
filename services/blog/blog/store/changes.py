"""The parts of a transaction that turns some items into others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blog.store.items import Item, key_of


def turned(table: str, before: Sequence[Item], after: Sequence[Item]) -> list[Any]:
    """Return the parts that delete what is only in `before`, and put what is new or different in `after`."""
    wanted = {_name(item): item for item in after}
    present = {_name(item): item for item in before}
    gone = [item for name, item in present.items() if name not in wanted]
    new = [item for name, item in wanted.items() if present.get(name) != item]
    return [delete(table, key_of(item)) for item in gone] + [put(table, item) for item in new]


def put(table: str, item: Item, **condition: Any) -> Any:
    """Return the part that puts an item."""
    return {"Put": {"TableName": table, "Item": item, **condition}}


def delete(table: str, key: Item, **condition: Any) -> Any:
    """Return the part that deletes an item."""
    return {"Delete": {"TableName": table, "Key": key, **condition}}


def update(table: str, key: Item, expression: str, values: Item, condition: str = "") -> Any:
    """Return the part that changes an item."""
    more = {"ConditionExpression": condition} if condition else {}
    arguments = {"TableName": table, "Key": key, "UpdateExpression": expression, **more}
    return {"Update": {**arguments, "ExpressionAttributeValues": values}}


def check(table: str, key: Item, condition: str, values: Item | None = None) -> Any:
    """Return the part that only looks whether a condition holds."""
    more = {"ExpressionAttributeValues": values} if values else {}
    return {"ConditionCheck": {"TableName": table, "Key": key, "ConditionExpression": condition, **more}}


def _name(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
