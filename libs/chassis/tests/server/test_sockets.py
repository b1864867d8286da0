from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from chassis.server.sockets import Listener


@pytest.fixture
def listener() -> Iterator[Listener]:
    settings = Config()
    made = Listener(("127.0.0.1", 0), settings, Logger(settings))
    yield made
    made.close()


def connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=60)


def test_its_address_is_taken_and_refuses_until_it_is_opened(listener: Listener) -> None:
    address = listener.getsockname()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(address)
    with pytest.raises(ConnectionRefusedError):
        connect(address)
    listener.open()
    listener.open()
    connect(address).close()


def test_connections_that_ended_lately_at_the_same_address_are_not_in_the_way(listener: Listener) -> None:
    listener.open()
    address = listener.getsockname()
    with connect(address) as client:
        listener.setblocking(True)
        served, _ = listener.accept()
        served.close()  # who closes first remembers the connection for a while
        assert client.recv(1) == b""
    listener.close()
    successor = Listener(address, Config(), Logger(Config()))
    successor.open()
    connect(address).close()
    successor.close()


@pytest.mark.skipif(sys.platform != "linux", reason="how new connections are refused is Linux's own")
def test_when_it_is_closed_where_it_was_made_nobody_new_gets_in_and_who_is_in_is_served(
    listener: Listener,
) -> None:
    """The same socket stays open in the workers, which serve what waits before they close it too."""
    listener.open()
    address = listener.getsockname()
    with listener.dup() as of_a_worker, connect(address) as early:
        early.sendall(b"question")
        listener.close()
        with pytest.raises(ConnectionRefusedError):
            connect(address)
        of_a_worker.setblocking(True)
        served, _ = of_a_worker.accept()
        with served:
            assert served.recv(100) == b"question"
            served.sendall(b"answer")
        assert early.recv(100) == b"answer"
