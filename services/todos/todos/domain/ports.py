"""What a store of lists and to-dos does; `tests/store` holds every adapter to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from chassis.http.pagination import Slice
from todos.domain.account_state import AccountState
from todos.domain.commit import Commit, Kind
from todos.domain.reminders import ReminderStore
from todos.domain.todo import Todo
from todos.domain.todo_filter import TodoFilter
from todos.domain.todolist import TodoList


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What one read may take: bytes of its answer, bytes that are read for it, and seconds.

    A page that meets one of them ends early, even empty, and says where the next begins.
    """

    page_bytes: int = 900_000
    read_bytes: int = 2_097_152
    read_seconds: float = 3.0


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one list or to-do; `document` is its JSON, None once it is deleted."""

    kind: Kind
    op: Literal["upsert", "delete"]
    id: UUID
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Changes that were made together and are found at one place, `key`, of the order of changes."""

    key: str
    changes: tuple[Change, ...]


class TodoStore(ReminderStore, Protocol):
    """Everything is per account (`owner`); every read sees every commit that was acknowledged before it.

    Every method raises Transient when the store is away.
    """

    def head(self, owner: str) -> AccountState:
        """Return the account's state; a fresh AccountState for an account that never wrote."""
        ...

    def todo(self, owner: str, todo_id: UUID) -> Todo | None:
        """Return the to-do, or None."""
        ...

    def todos(self, owner: str, todo_ids: Sequence[UUID]) -> list[Todo]:
        """Return those of at most 100 different to-dos that could be read at once; others may exist."""
        ...

    def todo_list(self, owner: str, list_id: UUID) -> TodoList | None:
        """Return the list, or None."""
        ...

    def lists(self, owner: str) -> list[TodoList]:
        """Return all lists, in no particular order."""
        ...

    def ids_in_list(self, owner: str, list_id: UUID, limit: int) -> list[UUID]:
        """Return the ids of at most `limit` to-dos of the list."""
        ...

    def page(self, owner: str, question: TodoFilter, after: str | None, limit: int) -> Slice[str]:
        """Return documents of to-dos behind the key `after`; the slice's position is `{"after": key}`.

        It holds fewer than `limit`, perhaps none, when ReadLimits end it early. No change behind its
        `looked_at` makes another page of it.
        A to-do that exists unchanged while its owner pages is on exactly one page.
        """
        ...

    def changes(self, owner: str, key: str, limit: int) -> Slice[Entry]:
        """Return at most `limit` entries from `key` on, inclusive, in the order in which they were committed.

        There are fewer, but two at least, when they are large; the slice has no position at the end.
        A list or to-do appears once, at its latest change: a reader who goes on from the last
        key it saw misses nothing.
        """
        ...

    def commit(self, commit: Commit) -> None:
        """Apply all of `commit` or nothing.

        Raises WriteConflict when the head has moved on, AlreadyExists when one of `new` exists.
        """
        ...

    def half_deleted(self, limit: int) -> Sequence[tuple[str, UUID]]:
        """Return (owner, list) of lists that are gone and whose to-dos are still to be deleted."""
        ...

    def forget_half_deleted(self, owner: str, list_id: UUID) -> None:
        """Drop one entry of `half_deleted`."""
        ...

    def mark_erased(self, owner: str, until: int) -> None:
        """Make every later commit of the account fail, until `until` (epoch seconds)."""
        ...

    def erase(self, owner: str) -> None:
        """Delete everything of an account that is marked as erased, but the mark; may be repeated."""
        ...

    def probe(self) -> None:
        """Raise Transient when the store is away."""
        ...
