"""A read cache per owner in Redis that is never older than the owner's last acknowledged write.

What is stale when, and why not
-------------------------------
Everything cached for one owner is one Redis hash, with a generation `v`. A write

1. replaces the hash by a marker `w` (readers go to the store, nobody fills),
2. changes the store,
3. removes the marker, and only then is acknowledged. Of the hash comes back, without its generation, what the
   write cannot have changed: values whose reach (reach.py) lies beside every place the write has named.

A reader that missed fills only under the generation it saw before it asked the store, so
a slow reader cannot put an old answer over a write. A writer that dies between 1 and 3 leaves
the marker, which runs out by itself. Nothing comes back after a write that has named no places or had
another one beside it, nor does a value live longer for coming back.

When Redis is away in step 3 the write is still acknowledged, but what is left in
Redis must not be believed later. Hence the epoch: every key contains it, and it lives for
EPOCH_TTL seconds from the last beat of any process that reaches Redis. A writer that cannot do
step 3 tries again until EPOCH_TTL has passed since Redis was first missed; by then the
epoch has run out, whether Redis was killed, restarted with its old data, or frozen.

A Redis that begins anew may have data from before a write that it has acknowledged: killed
before they were on its disk, or a copy that had not got them, and with an epoch that is still alive.
It does not know the scripts then, and whoever makes them known begins a new epoch first.

One case remains: a process cut off from a Redis that others reach. Its writes show to the others
after at most `ttl` seconds.

Redis never fails a request: reads fall through to the store, and a probe says so.
Leases as in Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from chassis.errors import Transient
from chassis.stores import cache_scripts as scripts
from chassis.stores.reach import Place, Reach, ValueWithReach, WrittenPlaces
from chassis.stores.redis_scripts import RedisScripts
from chassis.stores.singleflight import SingleFlight
from chassis.telemetry import metrics

log = logging.getLogger(__name__)
T = TypeVar("T")

EPOCH_TTL = 1.5
_BEAT = 0.4
_MARKER_SECONDS = 10
_LOCK_MS = 2000
_MOST_FIELDS = 512  # two for each value
_LARGEST_VALUE = 1024 * 1024


class CacheResult(Enum):
    """How a read was answered."""

    HIT = "hit"
    MISS = "miss"
    BYPASS = "bypass"


Loaded = bytes | ValueWithReach
"""What a reader has loaded: bytes alone are changed by every write."""


@dataclass(slots=True)
class CacheWrite:
    """What a writer finds in the cache and leaves there.

    `note` is what the owner's last writer has left for the next, where it is still there. It may be outdated.
    `places` are where the write changes something; None for everywhere, which ends the note, too.
    `reaches` tells of what is kept.
    """

    token: str
    note: bytes | None = None
    places: Sequence[Place] | None = None
    reaches: bytes = b""


def connect(url: str) -> Redis:
    """Return a Redis client with short time limits (0.25 s) and one retry of a connection that was closed."""
    return Redis.from_url(
        url,
        socket_timeout=0.25,
        socket_connect_timeout=0.25,
        max_connections=64,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


class OwnerCache:
    """Bytes by owner and field; see the module's text for what it promises.

    `name` keeps caches apart in one Redis; `ttl` is in seconds. Connections are made, and the beat begins,
    when a process first uses it.
    """

    def __init__(self, redis: Redis, name: str, ttl: int = 60) -> None:
        self._redis = redis
        self._name = name
        self._ttl = ttl
        self._away_since: float | None = None
        self._flights = SingleFlight()
        self._beating: threading.Thread | None = None
        self._stop = threading.Event()
        self._start_lock = threading.Lock()
        self._epoch = b""
        self._epoch_key = f"{name}:epoch".encode()
        self._scripts = RedisScripts(
            redis,
            f"{name}:epoch",
            scripts.ALL,
            on_new_server=self._epoch_of_new_server,
        )
        self._hits = metrics.CACHE.labels(name, CacheResult.HIT.value)

    def read(self, owner: str, field: str, load: Callable[[], Loaded]) -> tuple[bytes, CacheResult]:
        """Return the bytes of `field`: from Redis, else from `load()`, run once however many wait."""
        value, outcome = self._find(owner, field, load)
        metrics.CACHE.labels(self._name, outcome.value).inc()
        return value, outcome

    def find(self, owner: str, field: str, held: str = "") -> bytes | None:
        """Return the bytes of `field` if Redis has them, asked by one exchange; None for all else.

        Of a value of several lines whose first one occurs in `held`, that line alone crosses;
        where it does not occur there, Redis is asked once more.
        It is counted as a read only where something is returned: else `read` follows.
        """
        self._ensure_beating()
        if self._away_since is not None:
            return None
        found = self._peek(owner, _tag_field(field)) if held else None
        if found is None or found.decode() not in held:
            found = self._peek(owner, field)
        if found is not None:
            self._hits.inc()
        return found

    @contextmanager
    def writing(self, owner: str) -> Iterator[CacheWrite]:
        """Wrap a change of what `owner` reads. On leaving, no later read is older than the change.

        What is kept beside the `places` that the body has named by then stays, after an error, too.
        """
        self._ensure_beating()
        write = CacheWrite(secrets.token_hex(8))
        if self._away_since is None:
            found = self._run(scripts.BEGIN, owner, write.token, _MARKER_SECONDS)
            if found:
                write.reaches, write.note = found[0] or b"", found[1]
        try:
            yield write
        finally:
            self._end(owner, write)

    def probe(self) -> None:
        """Raise Transient when Redis is away."""
        try:
            self._redis.ping()
        except RedisError as error:
            raise Transient("The cache is away.") from error

    def close(self) -> None:
        """End the beat; for tests and shutdown."""
        self._stop.set()
        if self._beating is not None:
            self._beating.join()
        self._scripts.close()

    def _find(self, owner: str, field: str, load: Callable[[], Loaded]) -> tuple[bytes, CacheResult]:
        self._ensure_beating()
        if self._away_since is not None:
            return _value_of(load()), CacheResult.BYPASS
        found = self._look(owner, field)
        if found is None:
            return _value_of(load()), CacheResult.BYPASS
        marker, value = found
        if value is not None:
            return value, CacheResult.HIT
        if marker is not None:
            return _value_of(load()), CacheResult.BYPASS
        return self._load_once(owner, field, load), CacheResult.MISS

    def _look(self, owner: str, field: str) -> list[bytes | None] | None:
        """Return [marker, value], or None when Redis or its epoch is away."""
        return self._run(scripts.READ, owner, field) or None

    def _peek(self, owner: str, field: str) -> bytes | None:
        """Return what the hash has in `field` under the epoch that holds when Redis looks; None without.

        Nobody asks for a marker: beside one the hash has nothing. A new epoch is asked about once more.
        """
        for _ in range(2):
            epoch = self._epoch
            hash_key = b"%s:%s:%s" % (self._epoch_key, epoch, owner.encode())
            found = self._reach(self._scripts.read, "HGET", hash_key, field)
            if found is None or found[0] is None:
                return None
            if found[0] == epoch:
                value: bytes | None = found[1]
                return value
            self._epoch = found[0]
        return None

    def _load_once(self, owner: str, field: str, load: Callable[[], Loaded]) -> bytes:
        """Load and fill, in one thread of one process; the others wait for the value, within bounds.

        The generation is part of the flight's name: a read that began after a write never joins
        a load that began before it.
        """
        lease = self._run(scripts.LEASE, owner, field, secrets.token_hex(8), self._ttl, _LOCK_MS)
        if not lease:
            return _value_of(load())
        generation, leading, value = lease[0] or b"", lease[1], lease[2]
        if value is not None:
            return value
        flight = owner, field, generation
        if leading:
            return self._flights.run(flight, lambda: self._load_and_fill(owner, field, generation, load))
        # Whoever is to load never waits here: it would wait for one that waits for it.
        value = self._flights.join(flight)
        if value is not None:
            return value

        def follow() -> bytes:
            filled = self._await_fill(owner, field, generation)
            return self._load_and_fill(owner, field, generation, load) if filled is None else filled

        return self._flights.run((*flight, "following"), follow)

    def _load_and_fill(self, owner: str, field: str, generation: bytes, load: Callable[[], Loaded]) -> bytes:
        """Load and fill; where nothing can be filled, those who wait for it go on at once."""
        try:
            loaded = load()
        except BaseException:
            self._run(scripts.UNLOCK, owner, field, generation)
            raise
        value = _value_of(loaded)
        if len(value) <= _LARGEST_VALUE:
            line = _line(field, loaded.reach) if isinstance(loaded, ValueWithReach) else ""
            tag = _tag_field(field), _first_of_lines(value)
            self._run(scripts.FILL, owner, field, generation, value, _MOST_FIELDS, line, *tag)
        else:
            self._run(scripts.UNLOCK, owner, field, generation)
        return value

    def _await_fill(self, owner: str, field: str, generation: bytes) -> bytes | None:
        """Wait for another process to fill; None when it gives up, or the generation has passed."""
        deadline = time.monotonic() + _LOCK_MS / 1000
        pause = 0.005
        while time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 2, 0.05)
            found = self._run(scripts.AWAIT, owner, field, generation)
            if not found or found[0] != generation:
                return None
            if found[1] is not None or not found[2]:
                return found[1]
        return None

    def _end(self, owner: str, write: CacheWrite) -> None:
        """Let readers in again; when Redis is away, come back only once its epoch must have run out."""
        staying = _staying(write)
        note = b"" if write.places is None else write.note or b""
        reaches = "".join(line for _, line in staying)
        fields = dict.fromkeys(name for field, _ in staying for name in (field, _tag_field(field)))
        while self._run(scripts.END, owner, write.token, self._ttl, note, reaches, *fields) is None:
            away_since = self._away_since
            if away_since is not None and time.monotonic() - away_since > EPOCH_TTL + _BEAT:
                return
            time.sleep(0.05)

    def _run(self, script: str, *arguments: str | bytes | int) -> list[bytes | None] | None:
        """Return what the script returns, or None when Redis is away."""
        return self._reach(self._scripts.run, script, *arguments)

    def _reach(self, ask: Callable[..., T], *arguments: str | bytes | int) -> T | None:
        """Return `ask(*arguments)`, or None when Redis is away, and remember since when it is."""
        try:
            result = ask(*arguments)
        except RedisError as error:
            if self._away_since is None:
                self._away_since = time.monotonic()
                log.warning("cache away", extra={"cache": self._name, "error": str(error)})
            return None
        self._away_since = None
        return result

    def _ensure_beating(self) -> None:
        if self._beating is not None:
            return
        with self._start_lock:
            if self._beating is None:
                self._beat()
                self._beating = threading.Thread(target=self._keep_beating, name="cache-epoch", daemon=True)
                self._beating.start()

    def _keep_beating(self) -> None:
        while not self._stop.wait(_BEAT):
            self._beat()

    def _epoch_of_new_server(self) -> tuple[str, ...]:
        return "SET", f"{self._name}:epoch", secrets.token_hex(6), "PX", str(int(EPOCH_TTL * 1000))

    def _beat(self) -> None:
        """Keep the epoch alive, or begin a new one."""
        self._run(scripts.BEAT, secrets.token_hex(6), int(EPOCH_TTL * 1000))


def _value_of(loaded: Loaded) -> bytes:
    return loaded.value if isinstance(loaded, ValueWithReach) else loaded


def _tag_field(field: str) -> str:
    """Return where the first line of a value stands alone."""
    return f"{field}\ntag"


def _first_of_lines(value: bytes) -> bytes:
    """Return the first line of a value of several lines, else nothing."""
    line, newline, _ = value.partition(b"\n")
    return line if newline else b""


def _line(field: str, reach: Reach) -> str:
    """Return what is kept of a field's reach."""
    return json.dumps([field, reach.space, reach.low, reach.high], separators=(",", ":")) + "\n"


def _staying(write: CacheWrite) -> list[tuple[str, str]]:
    """Return the fields that the write has not changed, each with its line."""
    if write.places is None or not write.reaches:
        return []
    written = WrittenPlaces(write.places)
    lines = write.reaches.decode().splitlines(keepends=True)
    fields = [(line, *json.loads(line)) for line in lines]
    changed = {field for _, field, *reach in fields if written.changes(Reach(*reach))}
    return [(field, line) for line, field, *_ in fields if field not in changed]
