"""A store in this process's memory: for tests, and the plainest statement of what a store does."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from chassis.http.pagination import Slice
from chassis.messages.events import Event
from chassis.messages.memory_outbox import MemoryOutbox
from todos.domain.account_state import AccountState
from todos.domain.changekeys import item_key, removal_key
from todos.domain.commit import Commit
from todos.domain.documents import list_document, size_of, todo_document
from todos.domain.entries import first_entries
from todos.domain.ports import Change, Entry, ReadLimits
from todos.domain.reminders import Reminder
from todos.domain.todo import Todo
from todos.domain.todo_filter import TodoFilter
from todos.domain.todolist import TodoList
from todos.errors import AlreadyExists, StoreAway, WriteConflict


@dataclass(slots=True)
class _Account:
    head: AccountState = field(default_factory=AccountState)
    lists: dict[UUID, TodoList] = field(default_factory=dict)
    todos: dict[UUID, Todo] = field(default_factory=dict)
    seen: dict[UUID, int] = field(default_factory=dict)
    removals: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    reminded: dict[UUID, datetime | None] = field(default_factory=dict)

    def awaits_reminder(self, todo: Todo) -> bool:
        return todo.awaits_reminder and self.reminded.get(todo.id) != todo.due_at


class MemoryStore:
    """A TodoStore; reminders go into `outbox`. While `away` is true, everything raises Transient."""

    def __init__(self, limits: ReadLimits = ReadLimits()) -> None:  # noqa: B008
        self._limits = limits
        self._accounts: defaultdict[str, _Account] = defaultdict(_Account)
        self._half_deleted: dict[tuple[str, UUID], None] = {}
        self._lock = threading.RLock()
        self.away = False
        self.outbox = MemoryOutbox()

    def head(self, owner: str) -> AccountState:
        return self._account(owner).head

    def todo(self, owner: str, todo_id: UUID) -> Todo | None:
        return self._account(owner).todos.get(todo_id)

    def todos(self, owner: str, todo_ids: Sequence[UUID]) -> list[Todo]:
        held = self._account(owner).todos
        return [held[todo_id] for todo_id in todo_ids if todo_id in held]

    def todo_list(self, owner: str, list_id: UUID) -> TodoList | None:
        return self._account(owner).lists.get(list_id)

    def lists(self, owner: str) -> list[TodoList]:
        with self._lock:
            return list(self._account(owner).lists.values())

    def ids_in_list(self, owner: str, list_id: UUID, limit: int) -> list[UUID]:
        return [todo.id for todo in self._todos(owner) if todo.list_id == list_id][:limit]

    def page(self, owner: str, question: TodoFilter, after: str | None, limit: int) -> Slice[str]:
        held = {question.key(todo): todo for todo in self._todos(owner)}
        documents: list[str] = []
        size = read = 0
        last = after
        for key in _walk(held, question, after):
            document = todo_document(held[key])
            if read >= self._limits.read_bytes:
                return Slice(documents, {"after": last}, read, last)
            read += size_of(document)
            if question.matches(held[key]):
                size += size_of(document)
                if len(documents) == limit or (documents and size > self._limits.page_bytes):
                    return Slice(documents, {"after": last}, read, key)
                documents.append(document)
            last = key
        return Slice(documents, None, read)

    def changes(self, owner: str, key: str, limit: int) -> Slice[Entry]:
        with self._lock:
            account = self._account(owner)
            entries = [Entry(at, changes) for at, changes in account.removals.items()]
            for todo_list in account.lists.values():
                change = Change("list", "upsert", todo_list.id, list_document(todo_list))
                entries.append(Entry(item_key(account.seen[todo_list.id], "list", todo_list.id), (change,)))
            for todo in account.todos.values():
                change = Change("todo", "upsert", todo.id, todo_document(todo))
                entries.append(Entry(item_key(account.seen[todo.id], "todo", todo.id), (change,)))
        behind = sorted((entry for entry in entries if entry.key >= key), key=lambda entry: entry.key)
        return first_entries(behind, limit, self._limits.page_bytes)

    def commit(self, commit: Commit) -> None:
        with self._lock:
            account = self._account(commit.owner)
            if account.head != commit.before or account.head.erased:
                raise WriteConflict
            if commit.new & (account.lists.keys() | account.todos.keys()):
                raise AlreadyExists
            self._apply(account, commit)

    def half_deleted(self, limit: int) -> Sequence[tuple[str, UUID]]:
        self.probe()
        return list(self._half_deleted)[:limit]

    def forget_half_deleted(self, owner: str, list_id: UUID) -> None:
        self._half_deleted.pop((owner, list_id), None)

    def mark_erased(self, owner: str, until: int) -> None:  # noqa: ARG002  # memory ends before the mark does
        with self._lock:
            account = self._account(owner)
            account.head = replace(account.head, seq=account.head.seq + 1, erased=True)

    def erase(self, owner: str) -> None:
        with self._lock:
            self._accounts[owner] = _Account(head=self._account(owner).head)

    def due_reminders(self, now: datetime, limit: int) -> Sequence[Reminder]:
        self.probe()
        with self._lock:
            waiting = [
                Reminder(owner, todo)
                for owner, account in self._accounts.items()
                for todo in account.todos.values()
                if account.awaits_reminder(todo) and todo.due_at and todo.due_at <= now
            ]
        return waiting[:limit]

    def remind(self, reminder: Reminder, event: Event, forget_at: int) -> bool:  # noqa: ARG002  # memory ends before
        with self._lock:
            account = self._account(reminder.owner)
            todo = account.todos.get(reminder.todo.id)
            if account.head.erased or todo is None or todo.due_at != reminder.todo.due_at:
                return False
            if not account.awaits_reminder(todo):
                return False
            account.reminded[todo.id] = todo.due_at
            self.outbox.put(event)
            return True

    def probe(self) -> None:
        if self.away:
            raise StoreAway

    def _account(self, owner: str) -> _Account:
        self.probe()
        return self._accounts[owner]

    def _todos(self, owner: str) -> list[Todo]:
        with self._lock:
            return list(self._account(owner).todos.values())

    def _apply(self, account: _Account, commit: Commit) -> None:
        seq = commit.after.seq
        account.head = commit.after
        for todo_list in commit.lists:
            account.lists[todo_list.id] = todo_list
            account.seen[todo_list.id] = seq
        for todo in commit.todos:
            account.todos[todo.id] = todo
            account.seen[todo.id] = seq
        for kind, identifier in commit.removed:
            (account.lists if kind == "list" else account.todos).pop(identifier, None)
        if commit.removed:
            account.removals[removal_key(seq)] = tuple(
                Change(kind, "delete", identifier) for kind, identifier in commit.removed
            )
        if commit.list_to_empty:
            self._half_deleted[commit.owner, commit.list_to_empty] = None
        if commit.emptied_list:
            self._half_deleted.pop((commit.owner, commit.emptied_list), None)


def _walk(keys: Iterable[str], question: TodoFilter, after: str | None) -> Iterator[str]:
    for part in question.ranges(after):
        yield from sorted((key for key in keys if key in part), reverse=question.descending)
