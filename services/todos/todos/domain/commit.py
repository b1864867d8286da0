"""One atomic change of one account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from todos.domain.account_state import AccountState
from todos.domain.todo import Todo
from todos.domain.todolist import TodoList

MOST_WRITES = 50
"""How many lists and to-dos one commit may write or delete: the 100 items and 4 MB of a DynamoDB
transaction leave room for the head, the record of deletions, and to-dos as large as they get."""

Kind = Literal["list", "todo"]
Removed = tuple[Kind, UUID]


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything one write does.

    It holds only while the account's head is still `before`. `new` must not exist yet.
    `removed` is remembered for readers of changes until `forget_at` (epoch seconds).
    `replaced` are to-dos that it changes or deletes, as they were, so far as they have been read.
    `list_to_empty` is a list whose to-dos are still to be deleted; `emptied_list` one that is done with.
    """

    owner: str
    before: AccountState
    after: AccountState
    lists: tuple[TodoList, ...]
    todos: tuple[Todo, ...]
    new: frozenset[UUID]
    removed: tuple[Removed, ...]
    forget_at: int
    replaced: tuple[Todo, ...] = ()
    list_to_empty: UUID | None = None
    emptied_list: UUID | None = None

    @property
    def size(self) -> int:
        """How many lists and to-dos are written or deleted; at least one for what is written in any case."""
        return max(1, len(self.lists) + len(self.todos) + len(self.removed))
