"""How many connections each worker of a server has, in memory that they share."""

from __future__ import annotations

import mmap

_MOST_WORKERS = 128
_BYTES = 4


class Shares:
    """One number for each worker, which only that worker writes. Make it before the fork.

    A worker is known by its `age`, a number that the server counts up. Several would have one place only if
    128 were started while the first is at work; they would accept a little unevenly.
    """

    def __init__(self) -> None:
        # 0 is an empty place, another number is one more than the connections.
        self._places = memoryview(mmap.mmap(-1, _MOST_WORKERS * _BYTES)).cast("i")

    def tell(self, age: int, connections: int) -> None:
        """Say how many connections a worker has that accepts more."""
        self._places[age % _MOST_WORKERS] = connections + 1

    def leave(self, age: int) -> None:
        """Say that a worker accepts no more."""
        self._places[age % _MOST_WORKERS] = 0

    def is_ahead(self, connections: int) -> bool:
        """Say whether a worker that accepts has fewer than `connections`."""
        return any(0 < place <= connections for place in self._places.tolist())
