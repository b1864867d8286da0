"""Whoever opens connections and sends no request shuts nobody out."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from gateway.tests.conftest import SHOP, Gateway, running_gateway

from slipway.gateway import EdgeOrigins

CROWD = 3000
BEGUN = {
    "nothing at all": b"",
    "the beginning of a handshake": b"\x16\x03\x01",
}


@pytest.fixture
def descriptors() -> Iterator[None]:
    """Leave this process open as many connections as the crowd needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = CROWD + 512
    if hard != resource.RLIM_INFINITY and hard < 2 * needed:
        pytest.skip(f"this system allows {hard} open files, and the crowd needs {2 * needed}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def half_open(gateway: Gateway, count: int, begun: bytes) -> Iterator[list[socket.socket]]:
    """Hold connections that have sent no more than `begun`."""
    with ExitStack() as stack:
        yield [stack.enter_context(_begun(gateway, begun)) for _ in range(count)]


def _begun(gateway: Gateway, begun: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", gateway.edge.port), timeout=60)
    connection.sendall(begun)
    return connection


@pytest.mark.usefixtures("descriptors")
@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_thousands_of_half_open_connections_shut_nobody_out(gateway: Gateway, begun: bytes) -> None:
    with half_open(gateway, CROWD, begun):
        assert [gateway.call("/v1/things").status for _ in range(20)] == [200] * 20


@pytest.fixture
def impatient(upstream: str, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that waits a second for a request's head, and lets an address have five requests at S3."""
    told = EdgeOrigins.model_validate({"connections": {"header_seconds": 1, "per_address": 5}})
    with running_gateway(tmp_path, {"shop": SHOP}, upstream, upstream, origins_file=told) as gateway:
        yield gateway


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_a_connection_that_does_not_go_on_is_closed_in_time(impatient: Gateway, begun: bytes) -> None:
    with half_open(impatient, 1, begun) as [connection]:
        assert connection.recv(1000) == b""


def test_a_request_that_does_not_go_on_is_ended_in_time(impatient: Gateway) -> None:
    with impatient.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: shop.localhost\r\nX-Slow: ")
        assert b" 408 " in connection.recv(1000) or connection.recv(1000) == b""


def test_one_address_has_so_many_uploads_at_once(impatient: Gateway) -> None:
    head = b"PUT /wares/a HTTP/1.1\r\nHost: s3.localhost\r\nContent-Length: 1000\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(impatient.connect(host="s3.localhost")).sendall(head)
        time.sleep(0.5)
        last = stack.enter_context(impatient.connect(host="s3.localhost"))
        last.sendall(head)
        assert last.recv(1000).startswith(b"HTTP/1.1 429 ")
