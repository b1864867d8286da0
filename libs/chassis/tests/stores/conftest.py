from __future__ import annotations

from collections.abc import Iterator

import pytest
from libs.chassis.tests.redis_process import RedisProcess
from libs.chassis.tests.stores.cached_store import MakeCache, Store

from chassis.stores.cache import OwnerCache, connect


@pytest.fixture
def make_cache(redis_process: RedisProcess) -> Iterator[MakeCache]:
    """Each call is like another process: a cache with connections of its own."""
    made: list[OwnerCache] = []

    def make() -> OwnerCache:
        made.append(OwnerCache(connect(redis_process.url), "test"))
        return made[-1]

    yield make
    for cache in made:
        cache.close()


@pytest.fixture
def store() -> Store:
    return Store()
