"""A store of one value, and reads and writes of it through a cache."""

from __future__ import annotations

import time
from collections.abc import Callable

from chassis.stores.cache import OwnerCache

MakeCache = Callable[[], OwnerCache]


class Store:
    """What the cache stands in front of: one value, and a count of its reads."""

    def __init__(self) -> None:
        self.value = b"0"
        self.reads = 0
        self.slow = 0.0

    def load(self) -> bytes:
        self.reads += 1
        value = self.value
        time.sleep(self.slow)
        return value


def write(cache: OwnerCache, store: Store, value: bytes) -> None:
    with cache.writing("ann"):
        store.value = value


def read(cache: OwnerCache, store: Store) -> bytes:
    return cache.read("ann", "list", store.load)[0]
