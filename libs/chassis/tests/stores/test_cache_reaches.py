from __future__ import annotations

import pytest
from libs.chassis.tests.redis_process import RedisProcess
from libs.chassis.tests.stores.cached_store import MakeCache, Store, read

from chassis.stores.cache import CacheResult, OwnerCache, connect
from chassis.stores.reach import Place, Reach, ValueWithReach


def read_bounded(cache: OwnerCache, letter: str, value: bytes = b"v") -> CacheResult:
    """Read what only writes at `letter` change."""
    return cache.read("ann", letter, lambda: ValueWithReach(value, Reach("letters", letter, letter)))[1]


def write_at(cache: OwnerCache, *letters: str) -> None:
    with cache.writing("ann") as write:
        write.places = [Place("letters", letter) for letter in letters]


def test_a_write_leaves_what_lies_beside_its_places(make_cache: MakeCache, store: Store) -> None:
    one, two = make_cache(), make_cache()
    read(one, store)
    for letter in "abc":
        read_bounded(one, letter)
    write_at(two, "b")
    assert read_bounded(one, "a") is CacheResult.HIT
    assert read_bounded(one, "b") is CacheResult.MISS
    assert read_bounded(one, "c") is CacheResult.HIT
    assert one.read("ann", "list", store.load)[1] is CacheResult.MISS


def test_what_one_write_has_left_is_changed_by_the_next(make_cache: MakeCache) -> None:
    cache = make_cache()
    read_bounded(cache, "a")
    for letter in "bcd":
        write_at(cache, letter)
    assert read_bounded(cache, "a") is CacheResult.HIT
    write_at(cache, "a")
    assert read_bounded(cache, "a", b"new") is CacheResult.MISS
    assert cache.find("ann", "a") == b"new"


def test_the_tag_of_what_a_write_leaves_stays_and_of_what_it_changes_goes(make_cache: MakeCache) -> None:
    cache = make_cache()
    for letter in "ab":
        read_bounded(cache, letter, b'"old"\nbody')
    write_at(cache, "b")
    assert cache.find("ann", "a", '"old"') == b'"old"'
    assert cache.find("ann", "b", '"old"') is None
    read_bounded(cache, "b", b'"new"\nbody')
    assert cache.find("ann", "b", '"old"') == b'"new"\nbody'


def test_nothing_is_given_out_while_a_write_is_under_way_that_may_leave_it(make_cache: MakeCache) -> None:
    one, two = make_cache(), make_cache()
    read_bounded(one, "a")
    with two.writing("ann") as write:
        write.places = []
        assert read_bounded(one, "a") is CacheResult.BYPASS
    assert read_bounded(one, "a") is CacheResult.HIT


def test_a_write_that_fails_before_it_has_named_its_places_leaves_nothing(make_cache: MakeCache) -> None:
    cache = make_cache()
    read_bounded(cache, "a")
    with pytest.raises(ZeroDivisionError), cache.writing("ann"):
        raise ZeroDivisionError
    assert read_bounded(cache, "a") is CacheResult.MISS


def test_what_is_left_does_not_live_longer_for_it(make_cache: MakeCache, redis_process: RedisProcess) -> None:
    cache = make_cache()
    read_bounded(cache, "a")
    with connect(redis_process.url) as client:
        [key] = client.scan_iter("test:epoch:*:ann")
        client.expire(key, 30)
        write_at(cache, "b")
        read_bounded(cache, "b")
        assert 0 < client.ttl(key) <= 30


def test_of_two_writes_at_once_neither_leaves_anything(make_cache: MakeCache) -> None:
    one, two = make_cache(), make_cache()
    read_bounded(one, "a")
    with one.writing("ann") as write:
        write_at(two, "b")
        read_bounded(two, "a")
        write.places = [Place("letters", "c")]
    assert read_bounded(one, "a") is CacheResult.MISS


def test_a_write_after_one_whose_process_has_died_leaves_nothing(make_cache: MakeCache) -> None:
    one, two = make_cache(), make_cache()
    read_bounded(one, "a")
    one.writing("ann").__enter__()  # and no end
    write_at(two, "b")
    assert read_bounded(two, "a") is CacheResult.MISS


def test_a_write_that_took_too_long_leaves_nothing(
    make_cache: MakeCache, redis_process: RedisProcess
) -> None:
    one, two = make_cache(), make_cache()
    read_bounded(one, "a")
    with one.writing("ann") as write, connect(redis_process.url) as client:
        write.places = [Place("letters", "b")]
        [key] = client.scan_iter("test:epoch:*:ann")
        client.delete(key)  # as when its time is over
        read_bounded(two, "c")
        write_at(two, "d")
    assert read_bounded(two, "a") is CacheResult.MISS
    assert read_bounded(two, "c") is CacheResult.MISS


def test_a_slow_reader_does_not_fill_over_a_write_that_left_other_things(make_cache: MakeCache) -> None:
    one, two = make_cache(), make_cache()
    read_bounded(one, "a")

    def load_while_somebody_writes() -> ValueWithReach:
        write_at(two, "b")
        return ValueWithReach(b"old", Reach("letters", "b", "b"))

    one.read("ann", "b", load_while_somebody_writes)
    assert one.find("ann", "a") == b"v"
    assert one.find("ann", "b") is None


def test_a_writer_finds_the_note_of_the_one_before(make_cache: MakeCache) -> None:
    one, two = make_cache(), make_cache()
    for cache, found in ((one, None), (two, b"1"), (one, b"2")):
        with cache.writing("ann") as write:
            assert write.note == found
            write.note = b"1" if found is None else b"2"
            write.places = []


def test_a_note_is_there_whether_or_not_something_is_left_and_is_no_value(
    make_cache: MakeCache, store: Store
) -> None:
    cache = make_cache()
    for left in ("", "a"):
        if left:
            read_bounded(cache, left)
        with cache.writing("ann") as write:
            write.note, write.places = b"noted", []
        with cache.writing("ann") as write:
            assert write.note == b"noted"
    assert read(cache, store) == b"0"


def test_after_a_write_that_may_have_changed_everything_nothing_is_left(
    make_cache: MakeCache, redis_process: RedisProcess
) -> None:
    cache = make_cache()
    with cache.writing("ann") as write:
        write.note, write.places = b"noted", []
    with cache.writing("ann"):
        pass
    with connect(redis_process.url) as client:
        assert list(client.scan_iter("test:epoch:*:ann*")) == []
