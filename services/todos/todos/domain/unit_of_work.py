"""The lists and to-dos of one account while they are being changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from todos.domain.account_state import AccountLimits, AccountState
from todos.domain.commit import Commit, Kind
from todos.domain.ids import inbox_id
from todos.domain.ports import TodoStore
from todos.domain.todo import POSITION_STEP, Todo
from todos.domain.todolist import TodoList, inbox_of
from todos.errors import LimitReached, ListNotFound, TodoNotFound, UnknownList


class UnitOfWork:
    """Reads from the store, keeps changes back, and gives them as one Commit.

    Every write changes the head, and the commit holds only on the head that was read first: whatever
    is decided on what is read here is true when the commit holds. With `check_existing`, what is to be
    created is looked up first.
    """

    def __init__(
        self,
        store: TodoStore,
        owner: str,
        head: AccountState,
        now: datetime,
        limits: AccountLimits,
        *,
        check_existing: bool = False,
    ) -> None:
        self.owner = owner
        self.now = now
        self.check_existing = check_existing
        self.list_to_empty: UUID | None = None
        self.emptied_list: UUID | None = None
        self._store = store
        self._before = head
        self._head = head
        self._limits = limits
        self._lists: dict[UUID, TodoList] = {}
        self._todos: dict[UUID, Todo] = {}
        self._new: set[UUID] = set()
        self._removed: dict[UUID, Kind] = {}
        self._read_lists: dict[UUID, TodoList | None] = {}
        self._read_todos: dict[UUID, Todo] = {}
        if head.seq == 0:
            self.add_list(inbox_of(owner, now))

    def todo(self, todo_id: UUID) -> Todo:
        """Return the to-do as it is after the changes so far; raise TodoNotFound."""
        found = self.find_todo(todo_id)
        if found is None:
            raise TodoNotFound
        return found

    def find_todo(self, todo_id: UUID) -> Todo | None:
        """Return the to-do as it is after the changes so far, or None."""
        if todo_id in self._removed:
            return None
        held = self._todos.get(todo_id) or self._read_todos.get(todo_id)
        if held is None and (held := self._store.todo(self.owner, todo_id)) is not None:
            self._read_todos[todo_id] = held
        return held

    def read_ahead(self, todo_ids: Sequence[UUID]) -> None:
        """Read many to-dos at once, those that will be asked for one by one."""
        wanted = list(dict.fromkeys(todo_ids))
        if len(wanted) > 1:
            self._read_todos |= {todo.id: todo for todo in self._store.todos(self.owner, wanted)}

    def todo_list(self, list_id: UUID) -> TodoList:
        """Return the list as it is after the changes so far; raise ListNotFound."""
        found = self.find_list(list_id)
        if found is None:
            raise ListNotFound
        return found

    def find_list(self, list_id: UUID) -> TodoList | None:
        """Return the list as it is after the changes so far, or None."""
        if list_id in self._removed:
            return None
        if list_id in self._lists:
            return self._lists[list_id]
        if list_id not in self._read_lists:
            self._read_lists[list_id] = self._store.todo_list(self.owner, list_id)
        return self._read_lists[list_id]

    def ids_in_list(self, list_id: UUID, limit: int) -> list[UUID]:
        """Return the ids of at most `limit` to-dos that stand in the list."""
        return self._store.ids_in_list(self.owner, list_id, limit)

    def target_list(self, list_id: UUID | None) -> UUID:
        """Return the list that a to-do goes into: the default one for None; raise UnknownList."""
        inbox = inbox_id(self.owner)
        if list_id is None or list_id == inbox:
            return inbox
        if self.find_list(list_id) is None:
            raise UnknownList(list_id)
        return list_id

    def next_position(self) -> float:
        """Return the position behind every other."""
        return self._head.last_position + POSITION_STEP

    def add_list(self, todo_list: TodoList) -> None:
        """Create a list; raise LimitReached."""
        self._refuse_more(self._head.lists, self._limits.lists, "lists")
        self._head = replace(self._head, lists=self._head.lists + 1)
        self._new.add(todo_list.id)
        self._lists[todo_list.id] = todo_list

    def add_todo(self, todo: Todo) -> None:
        """Create a to-do; raise LimitReached."""
        self._refuse_more(self._head.todos, self._limits.todos, "to-dos")
        self._head = replace(self._head, todos=self._head.todos + 1)
        self._new.add(todo.id)
        self.put_todo(todo)

    def put_list(self, todo_list: TodoList) -> None:
        """Change a list that exists."""
        self._lists[todo_list.id] = todo_list

    def put_todo(self, todo: Todo) -> None:
        """Change a to-do that exists."""
        self._head = replace(self._head, last_position=max(self._head.last_position, todo.position))
        self._todos[todo.id] = todo

    def remove_list(self, list_id: UUID) -> None:
        """Delete a list that exists."""
        self._lists.pop(list_id, None)
        self._removed[list_id] = "list"
        self._head = replace(self._head, lists=self._head.lists - 1)

    def remove_todo(self, todo_id: UUID) -> None:
        """Delete a to-do that exists."""
        self._todos.pop(todo_id, None)
        self._removed[todo_id] = "todo"
        self._head = replace(self._head, todos=self._head.todos - 1)

    def commit(self, forget_at: int) -> Commit | None:
        """Return the changes so far as one commit, or None where there are none."""
        if not (self._lists or self._todos or self._removed or self.list_to_empty or self.emptied_list):
            return None
        return Commit(
            owner=self.owner,
            before=self._before,
            after=replace(self._head, seq=self._before.seq + 1),
            lists=tuple(self._lists.values()),
            todos=tuple(self._todos.values()),
            new=frozenset(self._new),
            removed=tuple((kind, identifier) for identifier, kind in self._removed.items()),
            forget_at=forget_at,
            replaced=tuple(self._replaced()),
            list_to_empty=self.list_to_empty,
            emptied_list=self.emptied_list,
        )

    def _replaced(self) -> Iterator[Todo]:
        for todo_id in (*self._todos, *self._removed):
            if todo_id in self._read_todos:
                yield self._read_todos[todo_id]

    @staticmethod
    def _refuse_more(held: int, most: int, what: str) -> None:
        if held >= most:
            raise LimitReached(held, what)
