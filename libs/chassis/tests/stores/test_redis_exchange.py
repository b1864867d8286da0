from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from libs.chassis.tests.redis_process import RedisProcess
from libs.chassis.tests.tls import self_signed
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from chassis.stores.cache import OwnerCache, connect
from chassis.stores.redis_exchange import RedisExchange

PING = b"PING\r\n"


@pytest.fixture
def exchange(redis_process: RedisProcess) -> Iterator[RedisExchange]:
    made = RedisExchange(connect(redis_process.url).connection_pool)
    yield made
    made.close()


@pytest.fixture
def tls_url(redis_process: RedisProcess, tmp_path: Path) -> Iterator[str]:
    """The address of the same Redis behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True) as listener:
        threading.Thread(target=relay_all, args=(listener, redis_process.port), daemon=True).start()
        yield f"rediss://127.0.0.1:{listener.getsockname()[1]}/0?ssl_cert_reqs=none"


def relay_all(listener: ssl.SSLSocket, port: int) -> None:
    with suppress(OSError):
        while True:
            client, server = listener.accept()[0], socket.create_connection(("127.0.0.1", port))
            for pair in ((client, server), (server, client)):
                threading.Thread(target=relay, args=pair, daemon=True).start()


def relay(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(65536):
            target.sendall(received)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def test_commands_sent_together_are_answered_in_their_order(exchange: RedisExchange) -> None:
    large = b"x" * 200_000
    stored = b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$200000\r\n" + large + b"\r\n"
    assert exchange.ask(stored + b"GET a\r\nGET b\r\n" + PING, 4) == [b"OK", large, None, b"PONG"]


def test_an_error_among_the_answers_leaves_the_connection_in_order(exchange: RedisExchange) -> None:
    with pytest.raises(ResponseError, match="unknown command"):
        exchange.ask(b"NONSENSE\r\n" + PING, 2)
    with pytest.raises(NoScriptError):
        exchange.ask(b"EVALSHA " + b"0" * 40 + b" 0\r\n", 1)
    assert exchange.ask(PING, 1) == [b"PONG"]


def test_a_server_that_has_gone_is_an_error_and_connected_to_again_once_it_is_back(
    exchange: RedisExchange, redis_process: RedisProcess
) -> None:
    exchange.ask(PING, 1)
    redis_process.kill()
    for _ in range(2):  # over the old connection, and over none
        with pytest.raises(RedisConnectionError):
            exchange.ask(PING, 1)
    redis_process.start()
    assert exchange.ask(PING, 1) == [b"PONG"]


def test_no_answer_in_time_is_an_error_and_the_late_answer_is_for_nobody(
    exchange: RedisExchange, redis_process: RedisProcess
) -> None:
    exchange.ask(PING, 1)
    redis_process.freeze()
    started = time.monotonic()
    with pytest.raises(RedisTimeoutError):
        exchange.ask(b"ECHO late\r\n", 1)
    assert time.monotonic() - started >= 0.2
    redis_process.thaw()
    assert exchange.ask(PING, 1) == [b"PONG"]


def test_the_cache_works_over_tls_and_gives_up_in_time(tls_url: str, redis_process: RedisProcess) -> None:
    cache = OwnerCache(connect(tls_url), "tls")
    assert cache.find("ann", "list") is None
    cache.read("ann", "list", lambda: b'"v1"\n' + b"x" * 200_000)
    assert cache.find("ann", "list", '"v1"') == b'"v1"'
    assert cache.find("ann", "list") == b'"v1"\n' + b"x" * 200_000
    redis_process.freeze()
    assert cache.find("ann", "list") is None
    redis_process.thaw()
    cache.close()
