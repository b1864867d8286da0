from __future__ import annotations

import gc
import socket
from collections.abc import Iterator

import pytest

from chassis.server.preload import preload


@pytest.fixture(autouse=True)
def thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_a_connection_that_the_making_of_an_app_has_left_is_closed_before_the_fork() -> None:
    made: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        preload(lambda: made.append(socket.create_connection(server.getsockname())))
        with server.accept()[0] as other_end, made[0] as connection:
            assert connection.recv(1) == other_end.recv(1) == b""


def test_what_was_open_before_stays_so() -> None:
    here, there = socket.socketpair()
    with here, there, socket.create_server(("127.0.0.1", 0)) as server:
        preload(lambda: None)
        here.sendall(b"x")
        assert there.recv(1) == b"x"
        socket.create_connection(server.getsockname()).close()


def test_a_socket_that_is_not_connected_is_none_of_its_business() -> None:
    made: list[socket.socket] = []
    preload(lambda: made.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
    with made[0] as unconnected:
        unconnected.bind(("127.0.0.1", 0))


def test_what_fails_to_be_made_says_so() -> None:
    with pytest.raises(ZeroDivisionError):
        preload(lambda: 1 / 0)
