"""A cache in this process's memory: for tests of what stands in front of a store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chassis.stores.cache import CacheResult, CacheWrite, Loaded
from chassis.stores.reach import ValueWithReach


class MemoryCache:
    """An OwnerCache without Redis. `found` counts what `find` has found."""

    def __init__(self) -> None:
        self._kept: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        self.found = 0

    def read(self, owner: str, field: str, load: Callable[[], Loaded]) -> tuple[bytes, CacheResult]:
        kept = self._kept[owner]
        if field in kept:
            return kept[field], CacheResult.HIT
        loaded = load()
        kept[field] = loaded.value if isinstance(loaded, ValueWithReach) else loaded
        return kept[field], CacheResult.MISS

    def find(self, owner: str, field: str, held: str = "") -> bytes | None:
        value = self._kept[owner].get(field)
        if value is None:
            return None
        self.found += 1
        tag, newline, _ = value.partition(b"\n")
        return tag if newline and tag and tag.decode() in held else value

    @contextmanager
    def writing(self, owner: str) -> Iterator[CacheWrite]:
        yield CacheWrite("memory")
        self._kept.pop(owner, None)

    def probe(self) -> None:
        pass
