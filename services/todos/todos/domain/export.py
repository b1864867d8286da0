"""What an account is handed over of its lists and to-dos."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from chassis.accounts import AccountAddress
from chassis.accounts.export import Records
from todos.domain.documents import list_document
from todos.domain.ports import TodoStore
from todos.domain.todo_filter import TodoFilter

_AT_ONCE = 100


class TodoRecords:
    """ExportSource: lists and to-dos as the API shows them."""

    def __init__(self, store: TodoStore) -> None:
        self._store = store

    def __call__(self, owner: str, _addresses: Sequence[AccountAddress], /) -> Records:
        return {
            "lists": (json.loads(list_document(one)) for one in self._store.lists(owner)),
            "todos": self._todos(owner),
        }

    def _todos(self, owner: str) -> Iterator[Any]:
        after: str | None = None
        while True:
            page = self._store.page(owner, TodoFilter(), after, _AT_ONCE)
            yield from map(json.loads, page.items)
            if page.position is None:
                return
            after = str(page.position["after"])
