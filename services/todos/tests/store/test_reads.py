"""Reads through the cache, on every store behind every cache."""

from __future__ import annotations

import json
from typing import Any

import pytest
from services.todos.tests.factories import NoCache, Parts

from chassis.accounts import AccountData, AccountErased
from chassis.allowance import Allowance
from chassis.errors import TooMany
from chassis.ids import new_id
from chassis.turns import Turns
from todos.domain.changes import Feed
from todos.domain.fair_reads import FairReads
from todos.domain.lists import Lists
from todos.domain.reading import CachedResponse, PageRequest, Reader, todo_field
from todos.domain.todo_filter import TodoFilter
from todos.domain.todos import Todos
from todos.errors import ListNotFound, TodoNotFound
from todos.store.memory import MemoryStore
from todos.wiring import accounts_of

FIRST = PageRequest(10, None, "")


def anything(_version: int) -> None:
    """Is content with any version."""


@pytest.fixture
def lists(any_parts: Parts) -> Lists:
    return Lists(any_parts.writer)


@pytest.fixture
def todos(any_parts: Parts) -> Todos:
    return Todos(any_parts.writer)


@pytest.fixture
def accounts(any_parts: Parts) -> AccountData:
    return accounts_of(any_parts.stores, any_parts.clock)


@pytest.fixture
def reader(any_parts: Parts, lists: Lists, accounts: AccountData) -> Reader:
    fair = FairReads(Turns(1, 3, 60), Allowance(1e9, 1e9))
    return Reader(any_parts.store, any_parts.cache, lists, fair, accounts)


class UnaskedStore(MemoryStore):
    """A store that nobody is to ask."""

    def head(self, owner: str) -> Any:
        raise AssertionError(f"{owner} was looked up")


class UnaskedCache(NoCache):
    """A cache that nobody is to ask."""

    def read(self, owner: str, field: str, load: Any) -> Any:
        raise AssertionError(f"{owner} was looked up")


def test_a_search_beyond_the_allowance_of_its_account_troubles_no_cache(
    memory_store: MemoryStore, parts: Parts, owner: str
) -> None:
    allowance = Allowance(1, 0.01)
    allowance.spend(owner, 2)
    fair, accounts = FairReads(Turns(1, 3, 60), allowance), accounts_of(parts.stores, parts.clock)
    reader = Reader(memory_store, UnaskedCache(), Lists(parts.writer), fair, accounts)
    with pytest.raises(TooMany):
        reader.page(owner, TodoFilter(q="milk"), FIRST)


def test_changes_beyond_the_allowance_of_their_account_trouble_no_store(parts: Parts, owner: str) -> None:
    allowance = Allowance(1, 0.01)
    allowance.spend(owner, 2)
    fair = FairReads(Turns(1, 3, 60), allowance)
    feed = Feed(UnaskedStore(), Lists(parts.writer), parts.clock, fair)
    with pytest.raises(TooMany):
        feed.since(owner, None, 10)


@pytest.mark.parametrize("how_far", ["marked", "erased"])
def test_a_read_that_was_let_in_before_the_end_of_its_account_brings_nothing_back(
    reader: Reader, todos: Todos, accounts: AccountData, any_parts: Parts, owner: str, how_far: str
) -> None:
    todo = todos.create(owner, new_id(), {"title": "x"})
    accounts.mark_erased(owner)
    if how_far == "erased":
        accounts.erase(owner)
    for read in (lambda: reader.todo(owner, todo.id), lambda: reader.page(owner, TodoFilter(), FIRST)):
        with pytest.raises(AccountErased):
            read()
    assert any_parts.cache.find(owner, todo_field(todo.id), "") is None


def test_what_is_read_again_is_the_same(reader: Reader, todos: Todos, owner: str) -> None:
    todo = todos.create(owner, new_id(), {"title": "x"})
    reads = [
        lambda: reader.todo(owner, todo.id),
        lambda: reader.page(owner, TodoFilter(), FIRST),
        lambda: reader.lists(owner, FIRST),
        lambda: reader.todo_list(owner, todo.list_id),
    ]
    for read in reads:
        answers = [read() for _ in range(5)]
        assert len({(answer.body, answer.etag) for answer in answers}) == 1
        # A machine that stands still for longer than the cache's beat makes it begin anew: then again a miss.
        assert {"hit", "bypass"} & {answer.cache for answer in answers}


def test_every_read_is_as_new_as_the_last_write(reader: Reader, todos: Todos, owner: str) -> None:
    todo = todos.create(owner, new_id(), {"title": "0"})
    for number in range(1, 6):
        title = str(number)
        todos.update(owner, todo.id, {"title": title}, anything)
        for shown in (reader.todo(owner, todo.id), reader.page(owner, TodoFilter(), FIRST)):
            assert f'"title":"{title}"'.encode() in shown.body
            assert f'"version":{number + 1}'.encode() in shown.body


def test_what_is_not_there_is_not_there_again_until_it_is_made(
    reader: Reader, lists: Lists, owner: str
) -> None:
    for _ in range(2):
        with pytest.raises(TodoNotFound):
            reader.todo(owner, new_id())
        with pytest.raises(ListNotFound):
            reader.todo_list(owner, new_id())
    groceries = lists.create(owner, new_id(), {"name": "groceries"})
    assert b"groceries" in reader.todo_list(owner, groceries.id).body


def test_the_inbox_comes_first_then_the_others_as_they_were_made(
    reader: Reader, lists: Lists, owner: str
) -> None:
    names = [lists.create(owner, new_id(), {"name": str(number)}).name for number in range(4)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = _page(reader.lists(owner, PageRequest(2, cursor, "")))
        seen += [one["name"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["inbox", *names]


def _page(shown: CachedResponse) -> dict:  # type: ignore[type-arg]
    return json.loads(shown.body)  # type: ignore[no-any-return]
