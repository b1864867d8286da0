from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from libs.chassis.tests.redis_process import RedisProcess
from libs.chassis.tests.stores.cached_store import MakeCache, Store, read, write

import chassis.stores.cache
from chassis.errors import Transient
from chassis.stores.cache import CacheResult, connect

FOR_EVER_MS = 3_600_000
"""Longer than a test may last: what waits that long fails it."""


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


def test_of_threads_that_miss_at_once_the_one_that_is_to_load_waits_for_no_other(
    make_cache: MakeCache, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chassis.stores.cache, "_LOCK_MS", FOR_EVER_MS)
    cache, owners, start = make_cache(), [f"owner {number}" for number in range(200)], threading.Barrier(8)

    def read_all() -> None:
        for owner in owners:
            start.wait()
            cache.read(owner, "list", store.load)

    readers = [threading.Thread(target=read_all, daemon=True) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(60)
    assert not any(reader.is_alive() for reader in readers)
    assert store.reads == len(owners)


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


def test_a_write_is_not_forgotten_when_redis_starts_at_once_with_data_from_before_it(
    make_cache: MakeCache, store: Store, redis_process: RedisProcess
) -> None:
    """As when it has written to its disk too late, or a copy of it that lacks the last takes its place."""
    writer, reader = make_cache(), make_cache()
    read(reader, store)
    redis_process.restart_with_data_from_before(lambda: write(writer, store, b"1"))
    assert reader.find("ann", "list") is None
    assert read(reader, store) == read(make_cache(), store) == b"1"


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
    assert cache.find("ann", "list") is None
    read(cache, store)
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
