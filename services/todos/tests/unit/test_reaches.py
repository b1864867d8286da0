"""What a write names as changed covers every answer that it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.todos.tests.factories import NOON, NoCache

from chassis.clock import utc_now
from chassis.http.pagination import Slice
from chassis.ids import new_id
from chassis.stores.reach import WrittenPlaces
from todos.domain.account_state import AccountLimits
from todos.domain.commit import Commit
from todos.domain.ids import inbox_id
from todos.domain.lists import Lists
from todos.domain.ports import ReadLimits
from todos.domain.reaches import ALL_LISTS, places_of, reach_of_list, reach_of_page, reach_of_todo
from todos.domain.todo import TodoFields
from todos.domain.todo_filter import TodoFilter
from todos.domain.todos import Todos
from todos.domain.writing import Writer
from todos.store.memory import MemoryStore

FIELDS: st.SearchStrategy[TodoFields] = st.fixed_dictionaries(
    {"title": st.sampled_from(["milk", "bread"])},
    optional={
        "due_at": st.none() | st.integers(0, 3).map(lambda hours: NOON + timedelta(hours=hours)),
        "tags": st.sampled_from([(), ("a",)]),
        "position": st.sampled_from([-2.0, 0.0, 3.0]),
        "done": st.booleans(),
    },
)  # type: ignore[assignment]  # a dictionary of the fields
WRITES = st.tuples(st.sampled_from(["create", "update", "delete"]), st.integers(0, 20), FIELDS)
QUESTIONS = st.builds(
    TodoFilter,
    list_id=st.none() | st.just(inbox_id("ann")),
    done=st.none() | st.booleans(),
    due_after=st.none() | st.just(NOON + timedelta(hours=1)),
    q=st.none() | st.just("milk"),
    sort=st.sampled_from(["created_at", "due_at", "position"]),
    descending=st.booleans(),
)


class RecordingStore(MemoryStore):
    """Keeps the last commit."""

    last: Commit | None = None

    def commit(self, commit: Commit) -> None:
        super().commit(commit)
        self.last = commit


class Account:
    """Ann's to-dos, written as the service writes them."""

    def __init__(self, limits: ReadLimits = ReadLimits()) -> None:  # noqa: B008
        self.store = RecordingStore(limits)
        writer = Writer(self.store, NoCache(), utc_now, AccountLimits())
        self.todos, self.lists = Todos(writer), Lists(writer)
        self.ids: list[UUID] = []

    def write(self, kind: str, number: int, fields: TodoFields) -> WrittenPlaces | None:
        """Write something and return where; None for everywhere. Nothing is written where nothing is."""
        self.store.last = None
        if kind == "create" or not self.ids:
            self.ids.append(new_id())
            self.todos.create("ann", self.ids[-1], {**fields, "title": fields["title"]})
        elif kind == "update":
            self.todos.update("ann", self.ids[number % len(self.ids)], fields, _whatever)
        else:
            self.todos.delete("ann", self.ids.pop(number % len(self.ids)), _whatever)
        places = places_of(self.store.last) if self.store.last else []
        return None if places is None else WrittenPlaces(places)

    def pages(self, question: TodoFilter, limit: int) -> list[tuple[str | None, Slice[str]]]:
        """Return all pages of a question, each with the key behind which it begins."""
        after, pages = None, []
        while True:
            page = self.store.page("ann", question, after, limit)
            pages.append((after, page))
            if page.position is None:
                return pages
            after = str(page.position["after"])


def _whatever(_version: int) -> None:
    """Expect no version."""


@given(
    before=st.lists(FIELDS, max_size=12),
    write=WRITES,
    question=QUESTIONS,
    limit=st.integers(1, 4),
    read_bytes=st.sampled_from([600, 10_000]),
)
def test_a_page_that_a_write_does_not_reach_is_the_same_after_it(
    before: Sequence[TodoFields],
    write: tuple[str, int, TodoFields],
    question: TodoFilter,
    limit: int,
    read_bytes: int,
) -> None:
    account = Account(ReadLimits(read_bytes=read_bytes))
    for fields in before:
        account.write("create", 0, fields)
    pages = account.pages(question, limit)
    written = account.write(*write)
    assert written is not None
    for after, page in pages:
        if not written.changes(reach_of_page(question, after, page.looked_at)):
            again = account.store.page("ann", question, after, limit)
            assert (again.items, again.position) == (page.items, page.position)


def test_a_todo_that_is_added_at_the_end_leaves_the_first_page() -> None:
    account = Account()
    for _ in range(3):
        account.write("create", 0, {"title": "milk"})
    [(_, first), (_, last)] = account.pages(TodoFilter(), 2)
    written = account.write("create", 0, {"title": "bread"})
    assert written is not None
    assert not written.changes(reach_of_page(TodoFilter(), None, first.looked_at))
    assert written.changes(reach_of_page(TodoFilter(), "0", last.looked_at))


def test_todos_and_lists_do_not_reach_each_other() -> None:
    account = Account()
    account.write("create", 0, {"title": "milk"})
    todo = account.write("update", 0, {"title": "bread"})
    assert todo is not None
    assert todo.changes(reach_of_todo(account.ids[0]))
    assert not todo.changes(reach_of_todo(new_id()))
    assert not todo.changes(ALL_LISTS)


def test_a_list_that_is_made_changed_or_deleted_changes_it_and_all_pages_of_lists() -> None:
    account, list_id = Account(), new_id()
    writes: list[Callable[[], object]] = [
        lambda: account.lists.create("ann", list_id, {"name": "a"}),
        lambda: account.lists.update("ann", list_id, {"name": "b"}, _whatever),
        lambda: account.lists.delete("ann", list_id, _whatever),
    ]
    for write in writes:
        write()
        assert account.store.last is not None
        places = places_of(account.store.last)
        assert places is not None
        assert WrittenPlaces(places).changes(ALL_LISTS)
        assert WrittenPlaces(places).changes(reach_of_list(list_id))
        assert not WrittenPlaces(places).changes(reach_of_list(new_id()))
        assert not WrittenPlaces(places).changes(reach_of_page(TodoFilter(), None, None))


@pytest.mark.parametrize("count", [1, 60])
def test_a_list_that_is_deleted_with_its_todos_changes_everything(count: int) -> None:
    account, list_id = Account(), new_id()
    account.lists.create("ann", list_id, {"name": "a"})
    for _ in range(count):
        account.todos.create("ann", new_id(), {"title": "milk", "list_id": list_id})
    account.lists.delete("ann", list_id, _whatever)
    assert account.store.last is not None
    assert places_of(account.store.last) is None
