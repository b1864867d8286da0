"""The table's items. One document attribute holds what clients get; the others exist to find it.

| item | pk | sk | further |
|---|---|---|---|
| head of an account | U#owner | META | seq, lists, todos, last_position, erased |
| list | U#owner | L#id | d, shape, change |
| to-do | U#owner | T#id | d, shape, done, in_list, due, place, change, remind |
| deletions of one write | U#owner | X#seq | d, change, expires_at |
| list half deleted | DELETING | owner#id | |

`in_list`, `due`, `place` and `change` are the sort keys of the local indexes. `remind` is there while a to-do
waits for a reminder: one of few shards, so that none gets more writes than DynamoDB takes of one key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from todos.domain.account_state import AccountState
from todos.domain.changekeys import item_key, removal_key
from todos.domain.commit import Commit
from todos.domain.documents import SHAPE, list_document, read_list, read_todo, todo_document
from todos.domain.order import due_key, position_key
from todos.domain.ports import Change, Entry
from todos.domain.todo import Todo
from todos.domain.todolist import TodoList
from todos.store.expressions import TODO_PREFIX

Item = dict[str, Any]

LIST_PREFIX = "L#"
META = "META"
DELETING = "DELETING"
REMINDER_SHARDS = ("0", "1", "2", "3")
_FIRST_SHAPE = 1
"""That of items which do not say theirs."""


def partition_of(owner: str) -> str:
    """Return the partition key of everything that `owner` has."""
    return f"U#{owner}"


def owner_of(item: Mapping[str, Any]) -> str:
    """Return the owner of an item that is somebody's."""
    return str(item["pk"]["S"]).removeprefix("U#")


def key_of(owner: str, sort: str) -> Item:
    """Return the key of one of the owner's items."""
    return {"pk": {"S": partition_of(owner)}, "sk": {"S": sort}}


def head_item(owner: str, head: AccountState) -> Item:
    """Return the item of an account's head."""
    return key_of(owner, META) | {
        "seq": {"N": str(head.seq)},
        "lists": {"N": str(head.lists)},
        "todos": {"N": str(head.todos)},
        "last_position": {"S": head.last_position.hex()},
    }


def read_head(item: Mapping[str, Any]) -> AccountState:
    """Return the head in an item; parts that an erased account never had are zero."""
    return AccountState(
        seq=int(item["seq"]["N"]),
        lists=int(item["lists"]["N"]) if "lists" in item else 0,
        todos=int(item["todos"]["N"]) if "todos" in item else 0,
        last_position=float.fromhex(item["last_position"]["S"]) if "last_position" in item else 0.0,
        erased="erased" in item,
    )


def list_item(owner: str, todo_list: TodoList, seq: int) -> Item:
    """Return the item of a list that write number `seq` made or changed."""
    return key_of(owner, f"{LIST_PREFIX}{todo_list.id}") | {
        "d": {"S": list_document(todo_list)},
        "shape": {"N": str(SHAPE)},
        "change": {"S": item_key(seq, "list", todo_list.id)},
    }


def todo_item(owner: str, todo: Todo, seq: int) -> Item:
    """Return the item of a to-do that write number `seq` made or changed."""
    return key_of(owner, f"{TODO_PREFIX}{todo.id}") | {
        "d": {"S": todo_document(todo)},
        "shape": {"N": str(SHAPE)},
        "done": {"BOOL": todo.done},
        "in_list": {"S": f"{todo.list_id}#{todo.id}"},
        "due": {"S": due_key(todo)},
        "place": {"S": position_key(todo)},
        "change": {"S": item_key(seq, "todo", todo.id)},
        **({"remind": {"S": _shard_of(todo)}} if todo.awaits_reminder else {}),
    }


def _shard_of(todo: Todo) -> str:
    return REMINDER_SHARDS[todo.id.int % len(REMINDER_SHARDS)]


def todo_document_in(item: Mapping[str, Any]) -> str:
    """Return the document of a to-do's item as this code writes it, whichever code has written it."""
    document: str = item["d"]["S"]
    return document if _is_current(item) else todo_document(read_todo(document))


def _list_document_in(item: Mapping[str, Any]) -> str:
    document: str = item["d"]["S"]
    return document if _is_current(item) else list_document(read_list(document))


def _is_current(item: Mapping[str, Any]) -> bool:
    return int(item["shape"]["N"] if "shape" in item else _FIRST_SHAPE) == SHAPE


def removals_item(commit: Commit) -> Item:
    """Return the item that tells readers of changes what a write deleted."""
    place = removal_key(commit.after.seq)
    return key_of(commit.owner, f"X#{place}") | {
        "d": {"S": json.dumps([[kind, str(identifier)] for kind, identifier in commit.removed])},
        "change": {"S": place},
        "expires_at": {"N": str(commit.forget_at)},
    }


def deleting_key(owner: str, list_id: UUID) -> Item:
    """Return the key of the note that a list is half deleted."""
    return {"pk": {"S": DELETING}, "sk": {"S": f"{owner}#{list_id}"}}


def read_entry(item: Mapping[str, Any]) -> Entry:
    """Return what an item of the order of changes says."""
    place, sort = item["change"]["S"], item["sk"]["S"]
    if sort.startswith("X#"):
        changes = (
            Change(kind, "delete", UUID(identifier)) for kind, identifier in json.loads(item["d"]["S"])
        )
        return Entry(place, tuple(changes))
    identifier = UUID(sort[2:])
    if sort.startswith(LIST_PREFIX):
        return Entry(place, (Change("list", "upsert", identifier, _list_document_in(item)),))
    return Entry(place, (Change("todo", "upsert", identifier, todo_document_in(item)),))
