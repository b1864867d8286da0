from __future__ import annotations

import pytest
from services.todos.tests.factories import Parts

from chassis.accounts import AccountErased
from chassis.errors import Transient
from chassis.ids import new_id
from chassis.testing import FakeClock
from todos.domain.commit import Commit
from todos.domain.erasure import Sweeper, TodoAccounts
from todos.domain.lists import Lists
from todos.domain.todos import Todos
from todos.store.memory import MemoryStore


def anything(_version: int) -> None:
    """Is content with any version."""


class Failing(MemoryStore):
    """A store that is away for every commit but the first `good` ones."""

    def __init__(self) -> None:
        super().__init__()
        self.good = 10**9

    def commit(self, commit: Commit) -> None:
        self.good -= 1
        if self.good < 0:
            raise Transient("The store is away.")
        super().commit(commit)


@pytest.fixture
def memory_store() -> Failing:
    return Failing()


@pytest.fixture
def lists(parts: Parts) -> Lists:
    return Lists(parts.writer)


@pytest.fixture
def todos(parts: Parts) -> Todos:
    return Todos(parts.writer)


def test_a_large_list_is_deleted_in_parts(memory_store: Failing, lists: Lists, todos: Todos) -> None:
    groceries = lists.create("ann", new_id(), {"name": "groceries"})
    for number in range(120):
        todos.create("ann", new_id(), {"title": str(number), "list_id": groceries.id})
    lists.delete("ann", groceries.id, anything)
    head = memory_store.head("ann")
    assert (head.todos, head.lists) == (0, 1)
    assert memory_store.half_deleted(10) == []


def test_a_deletion_that_was_cut_short_is_finished_by_the_sweeper(
    memory_store: Failing, lists: Lists, todos: Todos
) -> None:
    groceries = lists.create("ann", new_id(), {"name": "groceries"})
    for number in range(120):
        todos.create("ann", new_id(), {"title": str(number), "list_id": groceries.id})
    memory_store.good = 2
    lists.delete("ann", groceries.id, anything)
    assert memory_store.todo_list("ann", groceries.id) is None
    Sweeper(memory_store, lists).run()
    assert memory_store.half_deleted(10) == [("ann", groceries.id)]
    memory_store.good = 10
    Sweeper(memory_store, lists).run()
    assert memory_store.half_deleted(10) == []
    assert memory_store.head("ann").todos == 0


def test_the_sweeper_forgets_lists_of_erased_accounts(
    memory_store: Failing, lists: Lists, todos: Todos, parts: Parts, clock: FakeClock
) -> None:
    groceries = lists.create("ann", new_id(), {"name": "groceries"})
    for number in range(60):
        todos.create("ann", new_id(), {"title": str(number), "list_id": groceries.id})
    memory_store.good = 1
    lists.delete("ann", groceries.id, anything)
    erasure = TodoAccounts(memory_store, parts.cache, clock)
    erasure.mark_erased("ann")
    erasure.erase("ann")
    Sweeper(memory_store, lists).run()
    assert memory_store.half_deleted(10) == []


def test_an_erased_account_is_empty_and_stays_so(
    memory_store: Failing, todos: Todos, parts: Parts, clock: FakeClock
) -> None:
    todo = todos.create("ann", new_id(), {"title": "x"})
    erasure = TodoAccounts(memory_store, parts.cache, clock)
    erasure.mark_erased("ann")
    erasure.erase("ann")
    erasure.erase("ann")
    assert memory_store.todo("ann", todo.id) is None
    with pytest.raises(AccountErased):
        todos.create("ann", new_id(), {"title": "y"})
