"""Calls of Redis that nearly every request makes: commands out, answers in, and as little around as can be.

redis-py does what is hard (TLS, passwords, connecting); what it does for each command is left out. And the
time limits are the kernel's: with Python's own, each call of the system has another one before it, a poll,
and after each a thread waits for the interpreter.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

from hiredis import PushNotification, Reader
from redis import Connection, ConnectionPool, SSLConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

_AT_ONCE = 65536
_INCOMPLETE = object()


class RedisExchange:
    """A connection beside those of a redis-py client's `pool`, for one thread at a time.

    It connects when it is first used, and after an error of the connection.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        # TLS asks again where the kernel's time is over, so it keeps Python's limits.
        self._limit_in_kernel = not issubclass(pool.connection_class, SSLConnection)
        kind = _TcpConnection if self._limit_in_kernel else _TlsConnection
        self._connection: Any = kind(**pool.connection_kwargs)
        self._reader: Any = None

    def ask(self, packed: bytes, count: int) -> list[Any]:
        """Send packed commands at once, and return their `count` answers, in bytes.

        Raises RedisError: the first one that is among the answers; or RedisConnectionError and
        RedisTimeoutError, and then the connection is closed.
        """
        try:
            if self._connection.socket is None:
                self._connect()
            self._connection.socket.sendall(packed)
            answers = [self._answer() for _ in range(count)]
        except (TimeoutError, BlockingIOError) as error:
            self.close()
            raise RedisTimeoutError("Redis does not answer in time") from error
        except OSError as error:
            self.close()
            raise RedisConnectionError(str(error)) from error
        except BaseException:
            self.close()
            raise
        for answer in answers:
            if isinstance(answer, RedisError):
                raise answer
        return answers

    def close(self) -> None:
        """Close the connection, if there is one; an answer that may still come is for nobody."""
        self._connection.disconnect()

    def _connect(self) -> None:
        self._connection.connect()
        self._reader = Reader(replyError=_error_of, notEnoughData=_INCOMPLETE)
        if self._limit_in_kernel:
            _limit(self._connection.socket, self._connection.socket_timeout)

    def _answer(self) -> Any:
        while True:
            answer = self._reader.gets()
            if answer is _INCOMPLETE:
                received = self._connection.socket.recv(_AT_ONCE)
                if not received:
                    raise ConnectionResetError("Redis has closed the connection")
                self._reader.feed(received)
            elif not isinstance(answer, PushNotification):
                return answer


class _WithSocket:
    _sock: Any

    @property
    def socket(self) -> Any:
        return self._sock


class _TcpConnection(_WithSocket, Connection):
    pass


class _TlsConnection(_WithSocket, SSLConnection):
    pass


def _limit(connected: socket.socket, seconds: float) -> None:
    """Have the kernel end calls that last longer; Python takes the socket for one without a limit."""
    limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        connected.setsockopt(socket.SOL_SOCKET, option, limit)
    connected.settimeout(None)


def _error_of(message: str) -> RedisError:
    return NoScriptError(message) if message.startswith("NOSCRIPT") else ResponseError(message)
