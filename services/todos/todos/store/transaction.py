"""A commit as the items of one TransactWriteItems."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from todos.domain.commit import Commit
from todos.store import items
from todos.store.expressions import TODO_PREFIX

_PREFIXES = {"list": items.LIST_PREFIX, "todo": TODO_PREFIX}
_ABSENT = "attribute_not_exists(pk)"


def transaction_of(commit: Commit, table: str) -> list[Any]:
    """Return the transaction's items; the first is the head, on the condition that it has not moved."""
    return [
        _head(commit, table),
        *_puts(commit, table),
        *_deletes(commit, table),
        *_notes(commit, table),
    ]


def _head(commit: Commit, table: str) -> Any:
    put: dict[str, Any] = {"TableName": table, "Item": items.head_item(commit.owner, commit.after)}
    if commit.before.seq == 0:
        put["ConditionExpression"] = _ABSENT
    else:
        put["ConditionExpression"] = "seq = :seq AND attribute_not_exists(erased)"
        put["ExpressionAttributeValues"] = {":seq": {"N": str(commit.before.seq)}}
    return {"Put": put}


def _puts(commit: Commit, table: str) -> list[Any]:
    seq = commit.after.seq
    lists = [(one.id, items.list_item(commit.owner, one, seq)) for one in commit.lists]
    todos = [(one.id, items.todo_item(commit.owner, one, seq)) for one in commit.todos]
    return [_put(table, item, identifier in commit.new) for identifier, item in lists + todos]


def _put(table: str, item: items.Item, fresh: bool) -> Any:
    condition = {"ConditionExpression": _ABSENT} if fresh else {}
    return {"Put": {"TableName": table, "Item": item, **condition}}


def _deletes(commit: Commit, table: str) -> list[Any]:
    return [
        {"Delete": {"TableName": table, "Key": items.key_of(commit.owner, f"{_PREFIXES[kind]}{identifier}")}}
        for kind, identifier in commit.removed
    ]


def _notes(commit: Commit, table: str) -> list[Any]:
    notes: list[Any] = []
    if commit.removed:
        notes.append({"Put": {"TableName": table, "Item": items.removals_item(commit)}})
    if commit.list_to_empty:
        notes.append({"Put": {"TableName": table, "Item": _deleting(commit.owner, commit.list_to_empty)}})
    if commit.emptied_list:
        key = items.deleting_key(commit.owner, commit.emptied_list)
        notes.append({"Delete": {"TableName": table, "Key": key}})
    return notes


def _deleting(owner: str, list_id: UUID) -> items.Item:
    return items.deleting_key(owner, list_id)
