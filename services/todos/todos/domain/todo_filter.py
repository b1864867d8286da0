"""What a client asks of its to-dos: which, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.http.pagination import bad_cursor
from chassis.texts import composed, folded
from todos.domain.order import END, KEYS, START, UNDATED, Range, Sort, is_key, moment
from todos.domain.todo import Todo


@dataclass(frozen=True, slots=True)
class TodoFilter:
    """Filters (all must hold) and an order.

    A to-do is due between `due_after`, inclusive, and `due_before`, exclusive, so that days tile.
    `q` is looked for in title and notes without regard to case, and like `tag` in every spelling.
    Undated ones come last in both directions.
    """

    list_id: UUID | None = None
    done: bool | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    tag: str | None = None
    q: str | None = None
    sort: Sort = "created_at"
    descending: bool = False

    @property
    def reads_text(self) -> bool:
        """Say whether the answer depends on what is written in a to-do."""
        return self.tag is not None or self.q is not None

    @property
    def filters(self) -> bool:
        """Say whether a to-do may be left out."""
        return self.reads_text or self.dated or self.list_id is not None or self.done is not None

    @property
    def dated(self) -> bool:
        """Say whether only to-dos with a due time are asked for."""
        return self.due_before is not None or self.due_after is not None

    def matches(self, todo: Todo) -> bool:
        """Say whether `todo` belongs to the answer."""
        return (
            (self.list_id is None or todo.list_id == self.list_id)
            and (self.done is None or todo.done == self.done)
            and self._is_due(todo)
            and (self.tag is None or composed(self.tag) in map(composed, todo.tags))
            and (self.q is None or self._is_found(todo, self.q))
        )

    def key(self, todo: Todo) -> str:
        """Return the place of `todo` in this order."""
        return KEYS[self.sort](todo)

    def due_range(self) -> Range:
        """Return the keys of the order by due time that lie within the bounds asked for."""
        low = moment(self.due_after) if self.due_after else START
        return Range(low, moment(self.due_before) if self.due_before else UNDATED)

    def ranges(self, after: str | None) -> list[Range]:
        """Return the keys to walk, in the order of walking, each in the question's direction.

        With `after` the walk goes on behind that key; raises Invalid when no to-do of this
        question could have it.
        """
        ranges = [part for part in self._ranges() if part.low <= part.high]
        if after is None:
            return ranges
        if not is_key(self.sort, after):
            raise bad_cursor()
        for number, part in enumerate(ranges):
            if after in part:
                return [part.beyond(after, self.descending), *ranges[number + 1 :]]
        raise bad_cursor()

    def _ranges(self) -> Iterator[Range]:
        if self.sort != "due_at" or not (self.dated or self.descending):
            yield Range(START, END)
            return
        yield self.due_range()
        if not self.dated:
            yield Range(UNDATED, END)

    def _is_due(self, todo: Todo) -> bool:
        if not self.dated:
            return True
        if todo.due_at is None:
            return False
        return (self.due_after is None or todo.due_at >= self.due_after) and (
            self.due_before is None or todo.due_at < self.due_before
        )

    @staticmethod
    def _is_found(todo: Todo, text: str) -> bool:
        wanted = folded(text)
        return wanted in folded(todo.title) or (todo.notes is not None and wanted in folded(todo.notes))
