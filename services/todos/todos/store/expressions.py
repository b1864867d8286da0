"""A question about to-dos as DynamoDB key conditions and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.texts import has_one_spelling
from todos.domain.documents import quoted
from todos.domain.order import Range
from todos.domain.todo_filter import TodoFilter

TODO_PREFIX = "T#"


@dataclass(frozen=True, slots=True)
class Walk:
    """Where the keys of an order stand: `attribute`, behind `prefix`, of `index` (None: the table)."""

    index: str | None
    attribute: str
    prefix: str = ""


def walk_of(question: TodoFilter) -> Walk:
    """Return where the question's order can be read off."""
    if question.sort == "due_at":
        return Walk("by_due", "due")
    if question.sort == "position":
        return Walk("by_position", "place")
    if question.list_id is not None:
        return Walk("by_list", "in_list", f"{question.list_id}#")
    return Walk(None, "sk", TODO_PREFIX)


def key_in(question: TodoFilter, last: Mapping[str, Any] | None) -> str | None:
    """Return the question's key in a LastEvaluatedKey, None for none."""
    walk = walk_of(question)
    return None if last is None else str(last[walk.attribute]["S"]).removeprefix(walk.prefix)


def query_of(partition: str, question: TodoFilter, part: Range) -> dict[str, Any]:
    """Return the arguments of the Query that walks `part` and leaves out what DynamoDB can."""
    walk = walk_of(question)
    values = {
        ":pk": {"S": partition},
        ":low": {"S": walk.prefix + part.low},
        ":high": {"S": walk.prefix + part.high},
    }
    arguments: dict[str, Any] = {
        "KeyConditionExpression": f"pk = :pk AND {walk.attribute} BETWEEN :low AND :high",
        "ProjectionExpression": "d, shape",
        "ScanIndexForward": not question.descending,
        "ExpressionAttributeValues": values,
    }
    if walk.index is not None:
        arguments["IndexName"] = walk.index
    conditions = _filters(question, walk, values)
    if conditions:
        arguments["FilterExpression"] = " AND ".join(conditions)
    return arguments


def _filters(question: TodoFilter, walk: Walk, values: dict[str, Any]) -> list[str]:
    conditions = []
    if question.list_id is not None and walk.attribute != "in_list":
        values[":list"] = {"S": f"{question.list_id}#"}
        conditions.append("begins_with(in_list, :list)")
    if question.done is not None:
        values[":done"] = {"BOOL": question.done}
        conditions.append("done = :done")
    if question.dated and walk.attribute != "due":
        due = question.due_range()
        values[":due_low"], values[":due_high"] = {"S": due.low}, {"S": due.high}
        conditions.append("due BETWEEN :due_low AND :due_high")
    if question.tag is not None and has_one_spelling(question.tag):  # leaves out most; the document decides
        values[":tag"] = {"S": quoted(question.tag)}
        conditions.append("contains(d, :tag)")
    return conditions
