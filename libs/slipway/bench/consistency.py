"""The promise of the read cache, checked: no read is older than the last acknowledged write before it.

Several processes read and write the same owners through `OwnerCache`, as services do, while their Redis is
killed, frozen, and started again with old data. The store is memory that they share: each owner has a few
places, and answers of which one reaches over a single place and another over all, as lists of to-dos do.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from chassis.stores.cache import CacheResult, OwnerCache, connect
from chassis.stores.reach import Place, Reach, ValueWithReach
from slipway.parts.binaries import redis as redis_binary
from slipway.state.ports import pick
from slipway.terminal.problems import Problem

_OWNERS = 8
_PLACES = 4
_READS_PER_WRITE = 50
_FIRST_HITS = 100
_START_TRIES = 600


@dataclass(frozen=True)
class Verdict:
    """What a check has seen: all reads, how many of them came from Redis, and how many were too old."""

    reads: int
    hits: int
    writes: int
    stale: int
    blows: int


class _SharedCounts:
    """The store, what is acknowledged of it, and the counts; all of it in memory that processes share."""

    def __init__(self, context: Any) -> None:
        self.kept = context.RawArray("q", _OWNERS * _PLACES)
        self.acknowledged = context.RawArray("q", _OWNERS * _PLACES)
        self.locks = [context.Lock() for _ in range(_OWNERS)]
        self.counts: dict[str, Synchronized[int]] = {
            name: context.Value("q", 0) for name in ("reads", "hits", "writes", "stale")
        }

    def count(self, name: str) -> None:
        """Count one more."""
        with self.counts[name].get_lock():
            self.counts[name].value += 1


def check(folder: Path, reads: int, processes: int, say: Callable[[str], None]) -> Verdict:
    """Read so often, from so many processes, with Redis's data in `folder`. Raises Problem without Redis."""
    context = multiprocessing.get_context("spawn")
    shared = _SharedCounts(context)
    with ExitStack() as stack:
        redis = _Redis(folder)
        stack.callback(redis.kill)
        redis.start()
        workers = [
            context.Process(target=_work, args=(redis.url, shared, reads // processes + 1, seed))
            for seed in range(processes)
        ]
        for worker in workers:
            worker.start()
            stack.callback(worker.kill)
        blows = _strike_while(lambda: any(worker.is_alive() for worker in workers), redis, shared, say)
        if any(worker.exitcode for worker in workers):
            raise Problem("a process of the check failed; see above", next_step="run the command again")
    return Verdict(blows=blows, **{name: count.value for name, count in shared.counts.items()})


def _work(url: str, shared: _SharedCounts, reads: int, seed: int) -> None:
    """Read and write owners at random until there were enough reads."""
    cache = OwnerCache(connect(url), "check")
    chance = random.Random(seed)  # noqa: S311  # guards nothing
    for _ in range(reads):
        owner = chance.randrange(_OWNERS)
        if chance.randrange(_READS_PER_WRITE) == 0:
            _write(cache, shared, owner, chance.randrange(_PLACES))
        _read(cache, shared, owner, chance.randrange(_PLACES))
    cache.close()


def _write(cache: OwnerCache, shared: _SharedCounts, owner: int, place: int) -> None:
    """Write one place; processes that write the same owner at once overlap, as those of a service do."""
    at = owner * _PLACES + place
    with cache.writing(str(owner)) as write:
        with shared.locks[owner]:
            shared.kept[at] += 1
            mine = shared.kept[at]
        write.places = [Place("places", str(place))]
    with shared.locks[owner]:
        shared.acknowledged[at] = max(shared.acknowledged[at], mine)
    shared.count("writes")


def _read(cache: OwnerCache, shared: _SharedCounts, owner: int, place: int) -> None:
    """Read as a service does: what the fast path does not find is read the long way."""
    reach, at = _reach_of(place)
    mine = slice(owner * _PLACES, (owner + 1) * _PLACES)
    oldest = sum(shared.acknowledged[mine][at])

    def load() -> ValueWithReach:
        return ValueWithReach(str(sum(shared.kept[mine][at])).encode(), reach)

    field = f"{reach.low}-{reach.high}"
    found = cache.find(str(owner), field)
    hit = found is not None
    if found is None:
        found, outcome = cache.read(str(owner), field, load)
        hit = outcome is CacheResult.HIT
    shared.count("reads")
    if hit:
        shared.count("hits")
    if int(found) < oldest:
        shared.count("stale")


def _reach_of(place: int) -> tuple[Reach, slice]:
    """Return what an answer reaches over, and where that is in the store: one place, or for the last all."""
    if place == _PLACES - 1:
        return Reach("places", "0", str(place)), slice(0, _PLACES)
    return Reach("places", str(place), str(place)), slice(place, place + 1)


def _strike_while(
    going_on: Callable[[], bool], redis: _Redis, shared: _SharedCounts, say: Callable[[str], None]
) -> int:
    """Do something to Redis again and again, with pauses in which the cache is of use; return how often."""
    chance = random.Random(0)  # noqa: S311  # guards nothing
    blows = [
        redis.start_at_once_with_data_of_a_moment_ago,
        redis.kill_and_start,
        redis.freeze,
        redis.start_with_old_data,
    ]
    struck = 0
    while going_on():
        redis.keep_copy()
        if struck:
            _pause(chance.uniform(0.5, 3), going_on)
        else:  # a short check is over before such a pause is
            _pause(60, lambda: going_on() and shared.counts["hits"].value < _FIRST_HITS)
        if going_on():
            blow = blows[struck % len(blows)]
            blow(chance.uniform(0, 3))
            struck += 1
            counted = {name: count.value for name, count in shared.counts.items()}
            say(f"{blow.__name__.replace('_', ' '):<40} {counted}")
    return struck


def _pause(seconds: float, going_on: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while going_on() and time.monotonic() < until:
        time.sleep(0.05)


class _Redis:
    """A Redis server whose data is on disk with every change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._copy = folder / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        self._data.mkdir(parents=True)
        self._port = pick()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start over the data that is there. Raises Problem when it does not answer."""
        binary, _ = redis_binary()
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._data), "--save", ""]
        command = [str(binary), *options, "--appendonly", "yes", "--appendfsync", "always"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with Redis.from_url(self.url) as client:
            for _ in range(_START_TRIES):
                with suppress(RedisError):
                    if client.ping():
                        return
                time.sleep(0.05)
        raise Problem("Redis does not start", next_step="see whether its program runs: ./slipway doctor")

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def keep_copy(self) -> None:
        """Keep the data of this moment for `start_with_old_data`."""
        shutil.rmtree(self._copy, ignore_errors=True)
        with suppress(shutil.Error):  # a file that is just being replaced
            shutil.copytree(self._data, self._copy)

    def kill_and_start(self, seconds: float) -> None:
        """Kill it, and start it again after a while."""
        self.kill()
        time.sleep(seconds)
        self.start()

    def freeze(self, seconds: float) -> None:
        """Have it do nothing for a while, with its connections open."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            self._process.send_signal(signal.SIGCONT)

    def start_with_old_data(self, seconds: float) -> None:
        """Kill it, and start it again after a while with the data of the last copy."""
        self._kill_and_restore()
        time.sleep(seconds)
        self.start()

    def start_at_once_with_data_of_a_moment_ago(self, seconds: float) -> None:
        """Kill it before its last answers are on its disk; start it while the epoch there is still alive."""
        self.keep_copy()
        time.sleep(seconds / 10)
        self._kill_and_restore()
        self.start()

    def _kill_and_restore(self) -> None:
        self.kill()
        shutil.rmtree(self._data)
        shutil.copytree(self._copy, self._data)
