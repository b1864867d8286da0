"""A read cache per owner in Redis that is never older than the owner's last acknowledged write.

What is stale when, and why not
-------------------------------
Everything cached for one owner is one Redis hash, with a generation `v`. A write

1. replaces the hash by a marker `w` (readers go to the store, nobody fills),
2. changes the store,
3. removes the hash, and only then is acknowledged.

A reader that missed fills only under the generation it saw before it asked the store, so
a slow reader cannot put an old answer over a write. A writer that dies between 1 and 3 leaves
the marker, which runs out by itself.

When Redis is away in step 3 the write is still acknowledged, but what is left in
Redis must not be believed later. Hence the epoch: every key contains it, and it lives for
EPOCH_TTL seconds from the last beat of any process that reaches Redis. A writer that cannot do
step 3 tries again until EPOCH_TTL has passed since Redis was first missed; by then the
epoch has run out, whether Redis was killed, restarted with its old data, or frozen. One case
remains: a process cut off from a Redis that others reach. Its writes show to the others
after at most `ttl` seconds.

Redis never fails a request: reads fall through to the store, and a probe says so.
Leases as in Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from chassis.errors import Transient
from chassis.stores.redis_scripts import RedisScripts
from chassis.stores.singleflight import SingleFlight
from chassis.telemetry import metrics

log = logging.getLogger(__name__)

EPOCH_TTL = 1.5
_BEAT = 0.4
_MARKER_SECONDS = 10
_LOCK_MS = 2000
_MOST_FIELDS = 256
_LARGEST_VALUE = 1024 * 1024

# Every script finds the owner's hash under the epoch that holds *now*: a process cannot write past another's
# epoch. Keys made inside a script need a Redis that is not sharded, as ours is not.
_HASH = """
local epoch = redis.call('GET', KEYS[1])
if not epoch then return {} end
local hash = KEYS[1] .. ':' .. epoch .. ':' .. ARGV[1]
"""
# ARGV: owner, field, tags that the reader holds. → {w, value}, or {} without an epoch. Of a value whose first
# line is among the tags, that line alone crosses.
_READ = (
    _HASH
    + """
local found = redis.call('HMGET', hash, 'w', ARGV[2])
if found[2] and ARGV[3] ~= '' then
    local tag = string.match(found[2], '^([^\\n]+)\\n')
    if tag and string.find(ARGV[3], tag, 1, true) then found[2] = tag end
end
return found
"""
)
# ARGV: owner, field, fresh generation, ttl, lock ms. → {generation, am I to load?}; {} while someone writes
_LEASE = (
    _HASH
    + """
if redis.call('HEXISTS', hash, 'w') == 1 then return {} end
if redis.call('HSETNX', hash, 'v', ARGV[3]) == 1 then redis.call('EXPIRE', hash, ARGV[4]) end
local generation = redis.call('HGET', hash, 'v')
local lock = hash .. ':' .. generation .. ':' .. ARGV[2] .. ':lock'
return {generation, redis.call('SET', lock, '1', 'NX', 'PX', ARGV[5]) and 1 or 0}
"""
)
_LOCK = "local lock = hash .. ':' .. ARGV[3] .. ':' .. ARGV[2] .. ':lock'\n"
# ARGV: owner, field, generation.
_UNLOCK = _HASH + _LOCK + "redis.call('DEL', lock) return {}"
# ARGV: owner, field, generation. → {generation now, value, is somebody loading?}
_AWAIT = (
    _HASH
    + _LOCK
    + """
local found = redis.call('HMGET', hash, 'v', ARGV[2])
return {found[1], found[2], redis.call('EXISTS', lock)}
"""
)
# ARGV: owner, field, generation, value, most fields.
_FILL = (
    _HASH
    + _LOCK
    + """
redis.call('DEL', lock)
if redis.call('HGET', hash, 'v') ~= ARGV[3] then return {} end
if redis.call('HLEN', hash) >= tonumber(ARGV[5]) then redis.call('DEL', hash) return {} end
redis.call('HSET', hash, ARGV[2], ARGV[4])
return {}
"""
)
# ARGV: owner, token, seconds.
_BEGIN = (
    _HASH
    + """
redis.call('DEL', hash)
redis.call('HSET', hash, 'w', ARGV[2])
redis.call('EXPIRE', hash, ARGV[3])
return {}
"""
)
# ARGV: owner, token. Another writer's marker stays.
_END = (
    _HASH
    + """
local marker = redis.call('HGET', hash, 'w')
if not marker or marker == ARGV[2] then redis.call('DEL', hash) end
return {}
"""
)
# ARGV: fresh epoch, ms.
_BEAT_SCRIPT = """
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {}
"""


class CacheResult(Enum):
    """How a read was answered."""

    HIT = "hit"
    MISS = "miss"
    BYPASS = "bypass"


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

    `name` keeps caches apart in one Redis; `ttl` is in seconds. One per process, made after the fork.
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
        self._scripts = RedisScripts(
            redis,
            f"{name}:epoch",
            (_READ, _LEASE, _UNLOCK, _AWAIT, _FILL, _BEGIN, _END, _BEAT_SCRIPT),
        )
        self._hits = metrics.CACHE.labels(name, CacheResult.HIT.value)

    def read(self, owner: str, field: str, load: Callable[[], bytes]) -> tuple[bytes, CacheResult]:
        """Return the bytes of `field`: from Redis, else from `load()`, run once however many wait."""
        value, outcome = self._find(owner, field, load)
        metrics.CACHE.labels(self._name, outcome.value).inc()
        return value, outcome

    def find(self, owner: str, field: str, held: str = "") -> bytes | None:
        """Return the bytes of `field` if Redis has them, asked by one command; None for all else.

        Of a value of several lines whose first one occurs in `held`, that line alone is returned.
        It is counted as a read only where something is returned: else `read` follows.
        """
        self._ensure_beating()
        if self._away_since is not None:
            return None
        found = self._look(owner, field, held)
        if found is None or found[1] is None:
            return None
        self._hits.inc()
        return found[1]

    @contextmanager
    def writing(self, owner: str) -> Iterator[None]:
        """Wrap a change of what `owner` reads. On leaving, no later read is older than the change."""
        self._ensure_beating()
        token = secrets.token_hex(8)
        if self._away_since is None:
            self._run(_BEGIN, owner, token, _MARKER_SECONDS)
        try:
            yield
        finally:
            self._forget(owner, token)

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

    def _find(self, owner: str, field: str, load: Callable[[], bytes]) -> tuple[bytes, CacheResult]:
        self._ensure_beating()
        if self._away_since is not None:
            return load(), CacheResult.BYPASS
        found = self._look(owner, field)
        if found is None:
            return load(), CacheResult.BYPASS
        marker, value = found
        if value is not None:
            return value, CacheResult.HIT
        if marker is not None:
            return load(), CacheResult.BYPASS
        return self._load_once(owner, field, load), CacheResult.MISS

    def _look(self, owner: str, field: str, held: str = "") -> list[bytes | None] | None:
        """Return [marker, value], or None when Redis or its epoch is away."""
        return self._run(_READ, owner, field, held) or None

    def _load_once(self, owner: str, field: str, load: Callable[[], bytes]) -> bytes:
        """Load and fill, in one thread of one process; the others wait for the value, within bounds.

        The generation is part of the flight's name: a read that began after a write never joins
        a load that began before it.
        """
        lease = self._run(_LEASE, owner, field, secrets.token_hex(8), self._ttl, _LOCK_MS)
        if not lease:
            return load()
        generation, leading = lease[0] or b"", lease[1]

        def lead() -> bytes:
            value = None if leading else self._await_fill(owner, field, generation)
            return self._load_and_fill(owner, field, generation, load) if value is None else value

        return self._flights.run((owner, field, generation), lead)

    def _load_and_fill(self, owner: str, field: str, generation: bytes, load: Callable[[], bytes]) -> bytes:
        """Load and fill; where nothing can be filled, those who wait for it go on at once."""
        try:
            value = load()
        except BaseException:
            self._run(_UNLOCK, owner, field, generation)
            raise
        if len(value) <= _LARGEST_VALUE:
            self._run(_FILL, owner, field, generation, value, _MOST_FIELDS)
        else:
            self._run(_UNLOCK, owner, field, generation)
        return value

    def _await_fill(self, owner: str, field: str, generation: bytes) -> bytes | None:
        """Wait for another process to fill; None when it gives up, or the generation has passed."""
        deadline = time.monotonic() + _LOCK_MS / 1000
        pause = 0.005
        while time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 2, 0.05)
            found = self._run(_AWAIT, owner, field, generation)
            if not found or found[0] != generation:
                return None
            if found[1] is not None or not found[2]:
                return found[1]
        return None

    def _forget(self, owner: str, token: str) -> None:
        """Remove the owner's hash; when Redis is away, come back only once its epoch must have run out."""
        while self._run(_END, owner, token) is None:
            away_since = self._away_since
            if away_since is not None and time.monotonic() - away_since > EPOCH_TTL + _BEAT:
                return
            time.sleep(0.05)

    def _run(self, script: str, *arguments: str | bytes | int) -> list[bytes | None] | None:
        """Return what the script returns, or None when Redis is away, and remember since when it is."""
        try:
            result: list[bytes | None] = self._scripts.run(script, *arguments)
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

    def _beat(self) -> None:
        """Keep the epoch alive, or begin a new one."""
        self._run(_BEAT_SCRIPT, secrets.token_hex(6), int(EPOCH_TTL * 1000))
