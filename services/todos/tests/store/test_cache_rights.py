"""The cache works with the rights that this service has in Redis, and needs no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chassis.stores.cache import CacheResult, OwnerCache, connect
from slipway.testing.backing import Backing


@pytest.fixture
def cache(backing: Backing) -> Iterator[OwnerCache]:
    made = OwnerCache(connect(backing.redis_urls["todos"]), "todos")
    yield made
    made.close()


def test_what_was_read_is_kept_until_it_is_written(cache: OwnerCache, owner: str) -> None:
    def read(value: bytes) -> tuple[bytes, CacheResult]:
        return cache.read(owner, "page", lambda: value)

    assert read(b"old") == (b"old", CacheResult.MISS)
    assert read(b"never loaded") == (b"old", CacheResult.HIT)
    with cache.writing(owner):
        assert read(b"in between") == (b"in between", CacheResult.BYPASS)
    assert read(b"new") == (b"new", CacheResult.MISS)


def test_the_cache_can_be_asked_whether_it_is_there(cache: OwnerCache) -> None:
    cache.probe()
