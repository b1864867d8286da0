"""What every store does, run on each of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from services.todos.tests.factories import NOON, a_todo

from chassis.ids import new_id
from todos.domain.account_state import AccountState
from todos.domain.commit import Commit, Removed
from todos.domain.ports import TodoStore
from todos.domain.todo import Todo
from todos.domain.todo_filter import TodoFilter
from todos.domain.todolist import TodoList, inbox_of, new_list
from todos.errors import AlreadyExists, WriteConflict

FORGET_AT = 4_000_000_000


class Account:
    """Writes commits of one account, one after the other."""

    def __init__(self, store: TodoStore, owner: str) -> None:
        self.store = store
        self.owner = owner

    def commit(
        self,
        *todos: Todo,
        lists: tuple[TodoList, ...] = (),
        new: bool = True,
        removed: tuple[Removed, ...] = (),
        **notes: UUID,
    ) -> None:
        before = self.store.head(self.owner)
        after = replace(before, seq=before.seq + 1, todos=before.todos + len(todos))
        fresh = frozenset(one.id for one in (*todos, *lists)) if new else frozenset()
        self.store.commit(Commit(self.owner, before, after, lists, todos, fresh, removed, FORGET_AT, **notes))

    def documents(self, question: TodoFilter = TodoFilter()) -> list[str]:  # noqa: B008
        return self.store.page(self.owner, question, None, 100).items

    def changes(self, key: str = "0", limit: int = 100) -> list[tuple[str, str, str, Any]]:
        entries = self.store.changes(self.owner, key, limit).items
        return [
            (entry.key, change.kind, change.op, change.id) for entry in entries for change in entry.changes
        ]


@pytest.fixture
def account(any_store: TodoStore, owner: str) -> Account:
    return Account(any_store, owner)


def test_an_account_that_never_wrote_has_nothing(any_store: TodoStore, owner: str) -> None:
    assert any_store.head(owner) == AccountState()
    assert any_store.lists(owner) == []
    assert any_store.todo(owner, new_id()) is None
    assert any_store.todo_list(owner, new_id()) is None
    assert any_store.changes(owner, "0", 10).items == []
    assert any_store.page(owner, TodoFilter(), None, 10).items == []


def test_what_was_committed_is_read(account: Account) -> None:
    todo, inbox = a_todo(due_at=NOON, tags=("x",), notes="é"), inbox_of(account.owner, NOON)
    account.commit(todo, lists=(inbox,))
    store, owner = account.store, account.owner
    assert store.todo(owner, todo.id) == todo
    assert store.todo_list(owner, inbox.id) == inbox
    assert store.lists(owner) == [inbox]
    assert store.head(owner) == AccountState(seq=1, todos=1)


@pytest.mark.parametrize("position", [0.1, 1e15, 123456.789])
def test_the_head_keeps_positions_exactly(any_store: TodoStore, owner: str, position: float) -> None:
    head = AccountState(seq=1, lists=2, todos=3, last_position=position)
    any_store.commit(Commit(owner, AccountState(), head, (), (a_todo(),), frozenset(), (), FORGET_AT))
    assert any_store.head(owner) == head


def test_a_commit_on_a_head_that_moved_on_does_nothing(account: Account) -> None:
    store, owner = account.store, account.owner
    account.commit(a_todo())
    late = a_todo()
    for before in (AccountState(), replace(store.head(owner), seq=7)):
        with pytest.raises(WriteConflict):
            store.commit(Commit(owner, before, AccountState(seq=8), (), (late,), frozenset(), (), FORGET_AT))
    assert store.todo(owner, late.id) is None


def test_what_is_new_must_not_exist(account: Account) -> None:
    todo, other = a_todo(), a_todo()
    account.commit(todo)
    with pytest.raises(AlreadyExists):
        account.commit(other, replace(todo, title="other"))
    assert account.store.todo(account.owner, todo.id) == todo
    assert account.store.todo(account.owner, other.id) is None


def test_of_many_commits_on_one_head_one_holds(any_store: TodoStore, owner: str) -> None:
    def write(_number: int) -> bool:
        try:
            any_store.commit(
                Commit(
                    owner,
                    AccountState(),
                    AccountState(seq=1),
                    (),
                    (a_todo(id=new_id()),),
                    frozenset(),
                    (),
                    FORGET_AT,
                )
            )
        except WriteConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1
    assert len(any_store.page(owner, TodoFilter(), None, 10).items) == 1


def test_removed_things_are_gone(account: Account) -> None:
    todo, groceries = a_todo(), new_list(new_id(), {"name": "groceries"})
    account.commit(todo, lists=(groceries,))
    account.commit(removed=(("todo", todo.id), ("list", groceries.id)))
    assert account.documents() == []
    assert account.store.lists(account.owner) == []


def test_accounts_do_not_see_each_other(any_store: TodoStore, owner: str) -> None:
    Account(any_store, owner).commit(a_todo())
    other = Account(any_store, owner + "x")
    assert other.documents() == []
    assert other.changes() == []
    assert other.store.head(other.owner) == AccountState()


def test_many_todos_are_read_at_once(account: Account) -> None:
    todos = [a_todo(id=new_id()) for _ in range(3)]
    account.commit(*todos)
    found = account.store.todos(account.owner, [new_id(), *(todo.id for todo in todos[:2])])
    assert {todo.id for todo in found} == {todo.id for todo in todos[:2]}
    assert account.store.todos(account.owner + "x", [todos[0].id]) == []


def test_the_todos_of_a_list_are_found(account: Account) -> None:
    mine = [a_todo(id=new_id(), list_id=UUID(int=1)) for _ in range(3)]
    account.commit(*mine, a_todo(list_id=UUID(int=2)))
    found = account.store.ids_in_list(account.owner, UUID(int=1), 10)
    assert set(found) == {todo.id for todo in mine}
    assert len(account.store.ids_in_list(account.owner, UUID(int=1), 2)) == 2


def test_changes_come_in_the_order_of_commits(account: Account) -> None:
    first, second = a_todo(id=new_id()), a_todo(id=new_id())
    inbox = inbox_of(account.owner, NOON)
    account.commit(first, lists=(inbox,))
    account.commit(second)
    assert [change[1:] for change in account.changes()] == [
        ("list", "upsert", inbox.id),
        ("todo", "upsert", first.id),
        ("todo", "upsert", second.id),
    ]


def test_a_change_is_found_once_at_its_latest_place(account: Account) -> None:
    first, second = a_todo(id=new_id()), a_todo(id=new_id())
    account.commit(first)
    account.commit(second)
    seen = account.changes()
    account.commit(replace(first, title="again"), new=False)
    assert [change[3] for change in account.changes()] == [second.id, first.id]
    assert [change[3] for change in account.changes(seen[-1][0])] == [second.id, first.id]


def test_deletions_stay_among_the_changes(account: Account) -> None:
    todos = [a_todo(id=new_id()) for _ in range(3)]
    account.commit(*todos)
    account.commit(removed=tuple(("todo", todo.id) for todo in todos))
    assert {change[1:] for change in account.changes()} == {("todo", "delete", todo.id) for todo in todos}
    assert len({change[0] for change in account.changes()}) == 1


def test_changes_are_given_up_to_a_limit(account: Account) -> None:
    account.commit(*(a_todo(id=new_id()) for _ in range(5)))
    assert len(account.changes(limit=3)) == 3


def test_half_deleted_lists_are_noted_until_they_are_done(account: Account) -> None:
    done, forgotten = new_id(), new_id()
    account.commit(list_to_empty=done)
    account.commit(list_to_empty=forgotten)
    noted = account.store.half_deleted(10_000)
    assert {(account.owner, done), (account.owner, forgotten)} <= set(noted)
    account.commit(emptied_list=done)
    account.store.forget_half_deleted(account.owner, forgotten)
    assert not {(account.owner, done), (account.owner, forgotten)} & set(account.store.half_deleted(10_000))


def test_a_marked_account_takes_no_commit(account: Account) -> None:
    store, owner = account.store, account.owner
    account.commit(a_todo())
    stale = store.head(owner)
    store.mark_erased(owner, FORGET_AT)
    assert store.head(owner).erased
    for before in (stale, store.head(owner)):
        with pytest.raises(WriteConflict):
            store.commit(
                Commit(owner, before, replace(before, seq=9), (), (a_todo(),), frozenset(), (), FORGET_AT)
            )


def test_an_account_that_never_wrote_can_be_marked(account: Account) -> None:
    account.store.mark_erased(account.owner, FORGET_AT)
    assert account.store.head(account.owner).erased
    with pytest.raises(WriteConflict):
        account.store.commit(
            Commit(
                account.owner,
                AccountState(),
                AccountState(seq=1),
                (),
                (a_todo(),),
                frozenset(),
                (),
                FORGET_AT,
            )
        )


def test_erasing_leaves_nothing_but_the_mark(account: Account) -> None:
    store, owner = account.store, account.owner
    for _ in range(2):
        account.commit(*(a_todo(id=new_id()) for _ in range(40)))
    account.commit(lists=(inbox_of(owner, NOON),), removed=(("todo", new_id()),))
    store.mark_erased(owner, FORGET_AT)
    store.erase(owner)
    store.erase(owner)
    assert (account.documents(), account.changes(), store.lists(owner)) == ([], [], [])
    assert store.head(owner).erased


def test_a_page_ends_before_it_grows_too_large(account: Account) -> None:
    heavy = [a_todo(id=new_id(), notes="x" * 10_000, title=str(number)) for number in range(100)]
    for start in range(0, 100, 50):
        account.commit(*heavy[start : start + 50])
    part = account.store.page(account.owner, TodoFilter(), None, 200)
    assert 0 < len(part.items) < 100
    assert part.position is not None
    rest = account.store.page(account.owner, TodoFilter(), str(part.position["after"]), 200)
    assert len(part.items) + len(rest.items) == 100


def test_the_store_can_be_probed(any_store: TodoStore) -> None:
    any_store.probe()
