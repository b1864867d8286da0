"""The processes of one function: made when they are needed, used again, replaced when they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from functions.instance import FunctionFailed, Instance


class TooManyCalls(FunctionFailed):
    """As many calls as there may be are at work, and none ended in time."""


class Pool:
    """At most `size` instances, the one that was used last first, as Lambda does it."""

    def __init__(self, make: Callable[[], Instance], size: int, seconds: float) -> None:
        self._make = make
        self._free = [_Place() for _ in range(size)]
        self._size = size
        self._seconds = seconds
        self._changed = threading.Condition()

    def invoke(self, event: Any) -> Any:
        """Call the function and return its answer. Raises FunctionFailed."""
        place = self._take()
        try:
            if place.instance is None or not place.instance.is_alive:
                place.clear()
                place.instance = self._make()
            return place.instance.invoke(event, self._seconds)
        finally:
            with self._changed:
                self._free.append(place)
                self._changed.notify()

    def wait_until_idle(self) -> None:
        """Return once no call is at work, or when every call's time is over."""
        deadline = time.monotonic() + self._seconds
        with self._changed:
            while len(self._free) < self._size and self._changed.wait(deadline - time.monotonic()):
                pass

    def close(self) -> None:
        """End every process that has nothing in hand."""
        with self._changed:
            for place in self._free:
                place.clear()

    def _take(self) -> _Place:
        deadline = time.monotonic() + self._seconds
        with self._changed:
            while not self._free:
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TooManyCalls("all processes of the function are at work")
            return self._free.pop()


class _Place:
    """Where one instance is, or none yet."""

    def __init__(self) -> None:
        self.instance: Instance | None = None

    def clear(self) -> None:
        if self.instance is not None:
            self.instance.close()
            self.instance = None
