"""Turns between owners: one with many files does not hold up one with few."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import zip_longest

from media.domain.objects import MediaObject


class WorkSlots:
    """Places at work: `at_once` in all, of which one owner has at most `per_owner`.

    With fewer per owner than in all, one owner's picture finds a place while another's thousands wait.
    """

    def __init__(self, at_once: int, per_owner: int) -> None:
        self._at_once = at_once
        self._per_owner = per_owner
        self._taken: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def offered(self, owner: str) -> Iterator[bool]:
        """Give whether `owner` has a place, right now, for as long as the block lasts."""
        with self._changed:
            free = self._is_free(owner)
            if free:
                self._taken[owner] += 1
        try:
            yield free
        finally:
            if free:
                self._leave(owner)

    @contextmanager
    def awaited(self, owner: str) -> Iterator[None]:
        """Wait for a place of `owner`, and keep it for as long as the block lasts."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_free(owner))
            self._taken[owner] += 1
        try:
            yield
        finally:
            self._leave(owner)

    def _is_free(self, owner: str) -> bool:
        return self._taken.total() < self._at_once and self._taken[owner] < self._per_owner

    def _leave(self, owner: str) -> None:
        with self._changed:
            self._taken[owner] -= 1
            if not self._taken[owner]:
                del self._taken[owner]
            self._changed.notify_all()


def by_turns(objects: Iterable[MediaObject], most: int) -> list[MediaObject]:
    """Return the first of each owner, then the second of each, and so on, at most `most` of one owner."""
    queues: dict[str, list[MediaObject]] = {}
    for obj in objects:
        queue = queues.setdefault(obj.owner, [])
        if len(queue) < most:
            queue.append(obj)
    return [obj for row in zip_longest(*queues.values()) for obj in row if obj is not None]
