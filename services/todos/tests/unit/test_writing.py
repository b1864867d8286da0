from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from services.todos.tests.factories import NoCache

from chassis.accounts import AccountErased
from chassis.errors import TooMany
from chassis.ids import new_id
from chassis.testing import FakeClock
from todos.domain.account_state import AccountLimits, AccountState
from todos.domain.batch import Batch, Create, Delete
from todos.domain.commit import Commit
from todos.domain.ids import inbox_id
from todos.domain.lists import Lists
from todos.domain.todo import Todo, new_todo
from todos.domain.todos import Todos
from todos.domain.unit_of_work import UnitOfWork
from todos.domain.writing import Writer
from todos.errors import LimitReached, StoreAway, TodoNotFound, WriteConflict
from todos.store.memory import MemoryStore


class Racing(MemoryStore):
    """A store in which another process writes first, `races` times."""

    def __init__(self, races: int) -> None:
        super().__init__()
        self.races = races

    def commit(self, commit: Commit) -> None:
        if self.races:
            self.races -= 1
            raise WriteConflict
        super().commit(commit)


class CountingReads(MemoryStore):
    """Counts how often an account's state is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def head(self, owner: str) -> AccountState:
        self.reads += 1
        return super().head(owner)


@pytest.fixture
def make(no_cache: NoCache, clock: FakeClock) -> Callable[..., Writer]:
    def make(store: MemoryStore, limits: AccountLimits = AccountLimits(), timeout: float = 5.0) -> Writer:  # noqa: B008
        return Writer(store, no_cache, clock, limits, timeout)

    return make


def test_a_write_that_lost_a_race_is_decided_again(make: Callable[..., Writer]) -> None:
    store = Racing(races=3)
    decisions: list[UnitOfWork] = []
    make(store).write("ann", decisions.append)
    assert len(decisions) == 4
    assert store.head("ann").seq == 1


def test_a_writer_gives_up_when_its_time_is_over(make: Callable[..., Writer]) -> None:
    with pytest.raises(WriteConflict):
        make(Racing(races=10**9), timeout=0.05).write("ann", lambda _work: None)


def test_a_turn_that_does_not_come_is_given_up(make: Callable[..., Writer]) -> None:
    writer, entered, leave = make(MemoryStore(), timeout=0.05), threading.Event(), threading.Event()

    def hold(_work: UnitOfWork) -> None:
        entered.set()
        leave.wait(120)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(writer.write, "ann", hold)
        entered.wait(60)
        with pytest.raises(TooMany):
            writer.write("ann", lambda _work: None)
        leave.set()
        holding.result()


def test_an_erased_account_writes_no_more(make: Callable[..., Writer]) -> None:
    store = MemoryStore()
    store.mark_erased("ann", 0)
    with pytest.raises(AccountErased):
        make(store).write("ann", lambda _work: None)


def test_the_first_write_makes_the_inbox(make: Callable[..., Writer]) -> None:
    store = MemoryStore()
    make(store).write("ann", lambda _work: None)
    assert [one.id for one in store.lists("ann")] == [inbox_id("ann")]


def test_a_decision_that_changes_nothing_writes_nothing(
    make: Callable[..., Writer], no_cache: NoCache
) -> None:
    store = MemoryStore()
    writer = make(store)
    writer.write("ann", lambda _work: None)
    writer.write("ann", lambda _work: None)
    assert store.head("ann").seq == 1
    assert no_cache.writes == ["ann"]


def test_a_creation_that_is_repeated_gives_what_stands_there(make: Callable[..., Writer]) -> None:
    store, todo_id = MemoryStore(), new_id()
    todos = Todos(make(store))
    first = todos.create("ann", todo_id, {"title": "a"})
    assert todos.create("ann", todo_id, {"title": "a"}) == first
    assert store.head("ann").todos == 1


def test_the_creation_of_a_list_that_is_repeated_gives_what_stands_there(
    make: Callable[..., Writer],
) -> None:
    list_id = new_id()
    lists = Lists(make(MemoryStore()))
    first = lists.create("ann", list_id, {"name": "a"})
    assert lists.create("ann", list_id, {"name": "a"}) == first


def test_new_todos_are_placed_behind_all_others(make: Callable[..., Writer]) -> None:
    todos = Todos(make(MemoryStore()))
    first = todos.create("ann", new_id(), {"title": "a"})
    todos.update("ann", first.id, {"position": 1e6}, lambda _version: None)
    assert todos.create("ann", new_id(), {"title": "b"}).position > 1e6


def test_limits_hold_and_deletions_make_room(make: Callable[..., Writer]) -> None:
    todos = Todos(make(MemoryStore(), AccountLimits(todos=1)))
    first = todos.create("ann", new_id(), {"title": "a"})
    with pytest.raises(LimitReached):
        todos.create("ann", new_id(), {"title": "b"})
    todos.delete("ann", first.id, lambda _version: None)
    todos.create("ann", new_id(), {"title": "b"})


def test_a_decision_sees_its_own_changes(make: Callable[..., Writer]) -> None:
    writer = make(MemoryStore())

    def decide(work: UnitOfWork) -> tuple[Todo, bool]:
        todo = new_todo(new_id(), work.target_list(None), {"title": "x"}, work.next_position())
        work.add_todo(todo)
        seen = work.todo(todo.id)
        work.remove_todo(todo.id)
        return seen, work.find_todo(todo.id) is None

    assert writer.write("ann", decide)[1]


def test_a_write_goes_on_from_what_the_last_one_noted_and_reads_no_state(
    make: Callable[..., Writer],
) -> None:
    store = CountingReads()
    todos = Todos(make(store))
    for title in "abc":
        todos.create("ann", new_id(), {"title": title})
    assert store.reads == 1
    assert store.head("ann") == AccountState(seq=3, lists=1, todos=3, last_position=3 * 1024.0)


@pytest.mark.parametrize("note", [b"1 1 1 0x1.0p+10", b"7 1 0 0x0.0p+0", b"no note", b"", b"\xff"])
def test_a_note_that_is_outdated_or_none_at_all_does_no_harm(
    make: Callable[..., Writer], no_cache: NoCache, note: bytes
) -> None:
    store = MemoryStore()
    todos = Todos(make(store))
    for title in "ab":
        todos.create("ann", new_id(), {"title": title})
    no_cache.note = note
    assert todos.create("ann", new_id(), {"title": "c"}).position == 3 * 1024.0
    assert store.head("ann").todos == 3


def test_nothing_is_refused_because_of_a_note(make: Callable[..., Writer], no_cache: NoCache) -> None:
    todos = Todos(make(MemoryStore(), AccountLimits(todos=2)))
    todos.create("ann", new_id(), {"title": "a"})
    no_cache.note = b"1 1 2 0x0.0p+0"
    todos.create("ann", new_id(), {"title": "b"})


def test_an_erased_account_writes_no_more_whatever_was_noted_before(
    make: Callable[..., Writer], no_cache: NoCache
) -> None:
    store = MemoryStore()
    todos = Todos(make(store))
    todos.create("ann", new_id(), {"title": "a"})
    noted = no_cache.note
    store.mark_erased("ann", 0)
    no_cache.note = noted
    with pytest.raises(AccountErased):
        todos.create("ann", new_id(), {"title": "b"})


def test_a_commit_whose_end_is_not_known_is_noted_by_nobody(
    make: Callable[..., Writer], no_cache: NoCache
) -> None:
    store = MemoryStore()
    todos = Todos(make(store))
    first = todos.create("ann", new_id(), {"title": "a"})

    def go_away(_version: int) -> None:
        store.away = True

    with pytest.raises(StoreAway):
        todos.delete("ann", first.id, go_away)
    assert no_cache.note is None


def test_what_is_refused_on_a_note_is_decided_once_where_the_store_still_has_that_state(
    make: Callable[..., Writer],
) -> None:
    store, decisions = CountingReads(), list[UnitOfWork]()
    writer = make(store)
    Todos(writer).create("ann", new_id(), {"title": "a"})
    store.reads = 0

    def refuse(work: UnitOfWork) -> None:
        decisions.append(work)
        work.todo(new_id())

    with pytest.raises(TodoNotFound):
        writer.write("ann", refuse)
    writer.write("ann", decisions.append)
    assert (len(decisions), store.reads) == (2, 2)


def test_an_atomic_batch_is_not_refused_because_of_a_note(
    make: Callable[..., Writer], no_cache: NoCache
) -> None:
    writer = make(MemoryStore(), AccountLimits(todos=2))
    Todos(writer).create("ann", new_id(), {"title": "a"})
    no_cache.note = b"1 1 2 0x0.0p+0"
    [outcome] = Batch(writer).run("ann", new_id(), [Create({"title": "b"})], atomic=True)
    assert outcome.result == "created"


@pytest.mark.parametrize(
    "write",
    [
        lambda writer, todo: Todos(writer).update("ann", todo.id, {"title": "a"}, lambda _version: None),
        lambda writer, _todo: Todos(writer).delete("ann", new_id(), lambda _version: None),
        lambda writer, _todo: Batch(writer).run("ann", new_id(), [Delete(new_id())], atomic=True),
        lambda writer, _todo: Batch(writer).run("ann", new_id(), [Delete(new_id())], atomic=False),
    ],
    ids=["changes nothing", "is refused", "is refused whole", "is refused in part"],
)
def test_an_erased_account_is_told_so_whatever_its_write_would_have_come_to(
    make: Callable[..., Writer], no_cache: NoCache, write: Callable[[Writer, Todo], object]
) -> None:
    store = MemoryStore()
    writer = make(store)
    todo = Todos(writer).create("ann", new_id(), {"title": "a"})
    noted = no_cache.note
    store.mark_erased("ann", 0)
    no_cache.note = noted
    with pytest.raises(AccountErased):
        write(writer, todo)
