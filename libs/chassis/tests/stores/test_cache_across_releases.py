"""Two releases run side by side on one Redis during a deployment: each sees the other's writes.

`golden/cache-N.json` holds the scripts of each release whose keys had another layout, as they were. A layout
that they do not understand needs another name of the cache, and its own file; none is ever changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from libs.chassis.tests.redis_process import RedisProcess

from chassis.ids import new_id
from chassis.stores.cache import CacheResult, OwnerCache, connect
from chassis.stores.reach import Place, Reach, ValueWithReach

RELEASES = sorted(Path(__file__).with_name("golden").glob("cache-*.json"))


class OtherRelease:
    """A process of another release: it runs that release's scripts."""

    def __init__(self, redis: Any, name: str, path: Path) -> None:
        self._redis = redis
        self._key = f"{name}:epoch"
        self._scripts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        self._run("beat", "0ther", 60_000)

    def read(self, field: str) -> bytes | None:
        found = self._run("read", "ann", field, "")
        return found[1] if found else None

    def fill(self, field: str, value: bytes) -> None:
        lease = self._run("lease", "ann", field, "generation", 60, 2000)
        if lease:
            self._run("fill", "ann", field, lease[0], value, 256, "")

    def begin_write(self) -> None:
        self._run("begin", "ann", "token", 10)

    def end_write(self) -> None:
        self._run("end", "ann", "token", 60, "", "")

    def _run(self, script: str, *arguments: Any) -> Any:
        return self._redis.eval(self._scripts[script], 1, self._key, *arguments)


@pytest.fixture
def name() -> str:
    return f"test-{new_id()}"


@pytest.fixture
def cache(redis_process: RedisProcess, name: str) -> Iterator[OwnerCache]:
    """A process of this release that has begun: the first of them begins an epoch."""
    made = OwnerCache(connect(redis_process.url), name)
    made.find("nobody", "nothing")
    yield made
    made.close()


@pytest.fixture(params=RELEASES, ids=lambda path: path.stem)
def other(request: pytest.FixtureRequest, redis_process: RedisProcess, name: str) -> OtherRelease:
    return OtherRelease(connect(redis_process.url), name, request.param)


def test_what_one_release_has_kept_the_other_gives_out(cache: OwnerCache, other: OtherRelease) -> None:
    other.fill("theirs", b"1")
    assert cache.read("ann", "theirs", lambda: b"2") == (b"1", CacheResult.HIT)
    cache.read("ann", "ours", lambda: b"3")
    assert other.read("ours") == b"3"


def test_a_write_of_the_other_release_ends_what_this_one_has_kept(
    cache: OwnerCache, other: OtherRelease
) -> None:
    cache.read("ann", "list", lambda: b"1")
    other.begin_write()
    assert cache.read("ann", "list", lambda: b"1") == (b"1", CacheResult.BYPASS)
    other.end_write()
    assert cache.read("ann", "list", lambda: b"2") == (b"2", CacheResult.MISS)


def test_a_write_of_this_release_ends_what_the_other_has_kept(cache: OwnerCache, other: OtherRelease) -> None:
    other.fill("list", b"1")
    with cache.writing("ann"):
        assert other.read("list") is None
        other.fill("list", b"1")
        assert other.read("list") is None
    assert other.read("list") is None
    other.fill("list", b"2")
    assert other.read("list") == b"2"


def test_no_tag_of_this_release_outlives_what_the_other_has_written(
    cache: OwnerCache, other: OtherRelease
) -> None:
    cache.read("ann", "list", lambda: b'"v1"\nbody')
    other.begin_write()
    other.end_write()
    assert cache.find("ann", "list", '"v1"') is None
    other.fill("list", b'"v2"\nbody')
    assert cache.find("ann", "list", '"v1"') == b'"v2"\nbody'


def keep(cache: OwnerCache) -> CacheResult:
    return cache.read("ann", "ours", lambda: ValueWithReach(b"1", Reach("letters", "a", "a")))[1]


def write_elsewhere(cache: OwnerCache) -> None:
    with cache.writing("ann") as write:
        write.places = [Place("letters", "b")]


def test_a_write_of_this_release_that_leaves_things_leaves_nothing_of_the_other(
    cache: OwnerCache, other: OtherRelease
) -> None:
    keep(cache)
    other.fill("theirs", b"1")
    write_elsewhere(cache)
    assert keep(cache) is CacheResult.HIT
    assert other.read("theirs") is None


def test_a_write_of_the_other_release_beside_writes_of_this_one_ends_what_is_kept(
    cache: OwnerCache, other: OtherRelease
) -> None:
    other.begin_write()
    write_elsewhere(cache)
    keep(cache)  # perhaps before the other's change
    with cache.writing("ann") as write:
        other.end_write()
        write.places = [Place("letters", "b")]
    assert keep(cache) is CacheResult.MISS
