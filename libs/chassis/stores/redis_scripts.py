"""Lua scripts of Redis, and reads that are believed only where the scripts are known."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from hiredis import pack_command
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError

from chassis.stores.redis_exchange import RedisExchange

_pack: Callable[[Any], bytes] = pack_command  # whose stub knows tuples of one only


class RedisScripts:
    """Runs any of `scripts` on one key, from any thread; connects when it first does.

    A server that does not know them has begun anew: it keeps them in its memory alone, and gives them to no
    copy of itself. Whatever it may have of earlier data, none of them runs there before the command that
    `on_new_server` returns. The key is part of each script: who has the same for another key makes them known
    for that one only.
    """

    def __init__(
        self, redis: Redis, key: str, scripts: Iterable[str], on_new_server: Callable[[], tuple[str, ...]]
    ) -> None:
        self._pool = redis.connection_pool
        self._key = key
        self._texts = {script: f"-- {key}\n{script}" for script in scripts}
        self._digests = {script: _digest(text) for script, text in self._texts.items()}
        self._on_new_server = on_new_server
        any_digest = next(iter(self._digests.values()))
        self._before_a_read = _packed("SCRIPT", "EXISTS", any_digest) + _packed("GET", key)
        self._idle: deque[RedisExchange] = deque()  # where none is idle, a call makes one

    def run(self, script: str, *arguments: str | bytes | int) -> Any:
        """Return what the script answers, in bytes. Raises RedisError.

        A connection that was closed, as all are when Redis has been started again, is tried once more.
        """
        call = _packed("EVALSHA", self._digests[script], "1", self._key, *map(_argument, arguments))
        try:
            return self._exchange(call, 1)[0]
        except NoScriptError:
            self._make_known()
            return self._exchange(call, 1)[0]

    def read(self, *command: str | bytes) -> tuple[bytes | None, Any] | None:
        """Return the key's value, and what a command for reading answers right after that. Raises RedisError.

        It costs the server half of what a script does. None where it does not know the scripts: what it has
        must not be believed before one of them was run.
        """
        known, value, answer = self._exchange(self._before_a_read + _packed(*command), 3)
        return (value, answer) if known == [1] else None

    def close(self) -> None:
        """Close the connections that nobody is using."""
        while self._idle:
            self._idle.pop().close()

    def _exchange(self, packed: bytes, count: int) -> list[Any]:
        connection = self._take()
        try:
            return connection.ask(packed, count)
        except RedisConnectionError:
            return connection.ask(packed, count)
        finally:
            self._idle.append(connection)

    def _take(self) -> RedisExchange:
        try:
            return self._idle.pop()
        except IndexError:
            return RedisExchange(self._pool)

    def _make_known(self) -> None:
        """Make the scripts known, in this order: who finds one of them finds what was done before."""
        self._exchange(_packed(*self._on_new_server()), 1)
        for text in self._texts.values():
            self._exchange(_packed("SCRIPT", "LOAD", text), 1)


def _packed(*command: str | bytes) -> bytes:
    return _pack(command)


def _digest(script: str) -> str:
    """Return the name under which Redis keeps a script."""
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()


def _argument(value: str | bytes | int) -> str | bytes:
    return str(value) if isinstance(value, int) else value
