from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from libs.chassis.tests.redis_process import RedisProcess

import chassis.stores.cache
from chassis.errors import Transient
from chassis.stores.cache import CacheResult, OwnerCache, connect
from chassis.stores.reach import Place, Reach, ValueWithReach

FOR_EVER_MS = 3_600_000
"""Longer than a test may last: what waits that long fails it."""

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


def write(cache: OwnerCache, store: Store, value: bytes) -> None:
    with cache.writing("ann"):
        store.value = value


def read(cache: OwnerCache, store: Store) -> bytes:
    return cache.read("ann", "list", store.load)[0]


def test_the_second_read_is_a_hit(make_cache: MakeCache, store: Store) -> None:
    cache = make_cache()
    assert cache.read("ann", "list", store.load) == (b"0", CacheResult.MISS)
    assert cache.read("ann", "list", store.load) == (b"0", CacheResult.HIT)
    assert store.reads == 1


def test_another_process_hits_what_one_has_filled(make_cache: MakeCache, store: Store) -> None:
    read(make_cache(), store)
    assert make_cache().read("ann", "list", store.load)[1] is CacheResult.HIT


def test_another_owner_and_another_field_are_apart(make_cache: MakeCache, store: Store) -> None:
    cache = make_cache()
    read(cache, store)
    assert cache.read("bob", "list", store.load)[1] is CacheResult.MISS
    assert cache.read("ann", "other", store.load)[1] is CacheResult.MISS


def test_a_write_is_seen_by_every_process(make_cache: MakeCache, store: Store) -> None:
    one, two = make_cache(), make_cache()
    read(one, store)
    write(two, store, b"1")
    assert read(one, store) == b"1"


def test_readers_go_to_the_store_while_a_write_is_under_way(make_cache: MakeCache, store: Store) -> None:
    one, two = make_cache(), make_cache()
    read(one, store)
    with two.writing("ann"):
        assert one.read("ann", "list", store.load)[1] is CacheResult.BYPASS


def test_a_slow_reader_does_not_put_an_old_value_over_a_write(make_cache: MakeCache, store: Store) -> None:
    one, two = make_cache(), make_cache()
    read(one, store)
    write(one, store, b"1")
    loading = threading.Event()

    def load_slowly() -> bytes:
        value = store.load()
        loading.set()
        time.sleep(0.2)
        return value

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(one.read, "ann", "list", load_slowly)
        loading.wait()
        write(two, store, b"2")
        slow.result()
    assert read(one, store) == b"2"


def test_two_writers_at_once_leave_no_old_value(make_cache: MakeCache, store: Store) -> None:
    one, two = make_cache(), make_cache()
    with one.writing("ann"):
        write(two, store, b"1")
        read(two, store)
        store.value = b"2"
    assert read(two, store) == b"2"


def test_a_failed_write_leaves_the_cache_right(make_cache: MakeCache, store: Store) -> None:
    cache = make_cache()
    read(cache, store)

    def change_and_fail() -> None:
        with cache.writing("ann"):
            store.value = b"1"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert read(cache, store) == b"1"


def test_however_many_wait_the_store_is_read_once(make_cache: MakeCache, store: Store) -> None:
    store.slow = 0.3
    caches = [make_cache(), make_cache()]
    for cache in caches:
        cache.read("warm", "up", bytes)
    with ThreadPoolExecutor(16) as pool:
        values = list(pool.map(lambda number: read(caches[number % 2], store), range(16)))
    assert values == [b"0"] * 16
    assert store.reads == 1


def test_everybody_who_waits_gets_the_loads_error(make_cache: MakeCache) -> None:
    cache = make_cache()

    def fail() -> bytes:
        time.sleep(0.1)
        raise Transient("away")

    def attempt(_: int) -> bool:
        with pytest.raises(Transient):
            cache.read("ann", "list", fail)
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(attempt, range(4)))


def test_who_waits_for_a_load_that_fails_goes_on_at_once(
    make_cache: MakeCache, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chassis.stores.cache, "_LOCK_MS", FOR_EVER_MS)
    one, other, begun = make_cache(), make_cache(), threading.Event()

    def fail() -> bytes:
        begun.set()
        time.sleep(0.1)
        raise Transient("away")

    with ThreadPoolExecutor(1) as pool:
        failing = pool.submit(one.read, "ann", "list", fail)
        begun.wait(60)
        assert read(other, store) == b"0"
        with pytest.raises(Transient):
            failing.result()


def test_after_a_write_nobody_waits_for_a_load_that_began_before(
    make_cache: MakeCache, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chassis.stores.cache, "_LOCK_MS", FOR_EVER_MS)
    one, other, begun, end = make_cache(), make_cache(), threading.Event(), threading.Event()

    def load() -> bytes:
        begun.set()
        end.wait()
        return b"old"

    with ThreadPoolExecutor(1) as pool:
        pool.submit(one.read, "ann", "list", load)
        begun.wait(60)
        write(other, store, b"new")
        assert read(other, store) == b"new"
        end.set()


def test_a_value_too_large_to_keep_is_still_answered(make_cache: MakeCache) -> None:
    cache = make_cache()
    large = b"x" * (1024 * 1024 + 1)
    assert cache.read("ann", "list", lambda: large) == (large, CacheResult.MISS)


def test_many_questions_of_one_owner_do_not_fill_redis(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    cache = make_cache()
    for number in range(600):
        cache.read("ann", f"question {number}", store.load)
    with connect(redis_process.url) as client:
        assert max(client.hlen(key) for key in client.scan_iter("test:epoch:*:ann")) <= 256


def test_without_redis_reads_come_from_the_store(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    cache = make_cache()
    read(cache, store)
    redis_process.kill()
    assert cache.read("ann", "list", store.load) == (b"0", CacheResult.BYPASS)
    with pytest.raises(Transient):
        cache.probe()


def test_a_cache_made_while_redis_is_away_works_once_it_is_back(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    redis_process.kill()
    cache = make_cache()
    assert cache.read("ann", "list", store.load)[1] is CacheResult.BYPASS
    redis_process.start()
    outcomes = []
    for _ in range(100):
        outcomes.append(cache.read("ann", "list", store.load)[1])
        time.sleep(0.05)
        if outcomes[-1] is CacheResult.HIT:
            break
    assert outcomes[-1] is CacheResult.HIT


def test_a_write_while_redis_is_dead_is_not_forgotten_when_its_old_data_return(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    writer, reader = make_cache(), make_cache()
    read(reader, store)
    redis_process.kill()
    write(writer, store, b"1")
    redis_process.start()
    assert read(reader, store) == b"1"


def test_a_write_while_redis_is_frozen_is_not_forgotten_when_it_thaws(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    writer, reader = make_cache(), make_cache()
    read(reader, store)
    redis_process.freeze()
    write(writer, store, b"1")
    redis_process.thaw()
    assert read(reader, store) == b"1"


def test_a_write_during_a_restart_is_not_forgotten(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    writer, reader = make_cache(), make_cache()
    read(reader, store)
    redis_process.kill()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write, writer, store, b"1")
        redis_process.start()
        writing.result()
    assert read(reader, store) == b"1"


def test_with_redis_long_dead_a_write_is_not_held_up_again(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    cache = make_cache()
    redis_process.kill()
    started = time.monotonic()
    write(cache, store, b"1")
    first = time.monotonic() - started
    started = time.monotonic()
    write(cache, store, b"2")
    assert time.monotonic() - started < first / 2


def test_what_is_kept_is_found_and_what_is_not_is_not_loaded(make_cache: MakeCache, store: Store) -> None:
    cache = make_cache()
    assert cache.find("ann", "list") is None
    read(cache, store)
    assert cache.find("ann", "list") == b"0"
    write(cache, store, b"1")
    assert cache.find("ann", "list") is None
    assert store.reads == 1


@pytest.mark.parametrize("held", ['"v1"', 'W/"v1"', '"other", "v1"'])
def test_of_a_value_whose_first_line_the_reader_holds_only_that_line_crosses(
    make_cache: MakeCache, held: str
) -> None:
    cache = make_cache()
    cache.read("ann", "list", lambda: b'"v1"\n{"items":\n[]}')
    assert cache.find("ann", "list", held) == b'"v1"'
    assert cache.find("ann", "list", '"v2"') == b'"v1"\n{"items":\n[]}'


def test_a_value_of_one_line_or_none_is_found_whole(make_cache: MakeCache) -> None:
    cache = make_cache()
    for field, value in (("one", b'"v1"'), ("none", b"")):
        cache.read("ann", field, lambda value=value: value)  # type: ignore[misc]  # the default binds the name
        assert cache.find("ann", field, '"v1"') == value


def test_nothing_is_found_while_redis_is_away_nor_what_was_there_before(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    writer, reader = make_cache(), make_cache()
    read(reader, store)
    redis_process.kill()
    assert reader.find("ann", "list") is None
    write(writer, store, b"1")
    redis_process.start()
    assert reader.find("ann", "list") is None


def test_scripts_are_known_again_after_redis_has_forgotten_them(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    cache = make_cache()
    read(cache, store)
    with connect(redis_process.url) as client:
        client.script_flush()
    assert cache.find("ann", "list") == b"0"


def test_connections_are_reused_by_one_thread_after_another(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    cache = make_cache()
    read(cache, store)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: cache.find("ann", "list"), range(200)))
    with connect(redis_process.url) as client:
        assert len(client.client_list()) <= 1 + 5 + 1


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
