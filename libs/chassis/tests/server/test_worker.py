from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from libs.chassis.tests.server.running import Server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    running.wait()
    yield running
    running.process.terminate()
    running.process.wait(30)


def answering(client: socket.socket) -> int:
    """Ask over a connection that stays, and return the process id of who answers."""
    client.sendall(b"GET /v1/slow HTTP/1.1\r\nHost: tiny\r\n\r\n")
    answer = client.recv(65536)
    return int(json.loads(answer.partition(b"\r\n\r\n")[2])["pid"])


@pytest.mark.parametrize("connections", [4, 16])
def test_connections_are_spread_evenly_over_the_workers(server: Server, connections: int) -> None:
    """They stay for long, so where one begins is where all its requests go."""
    server.pids()
    uneven = []
    for _ in range(5):  # on a machine that stands still a worker may come too late for its share
        time.sleep(0.5)  # what was closed just now still counts for who had it
        with ExitStack() as opened:
            clients = [
                opened.enter_context(socket.create_connection(server.address, timeout=60))
                for _ in range(connections)
            ]
            shares = Counter(answering(client) for client in clients)
        if len(shares) == 2 and max(shares.values()) - min(shares.values()) <= 2:
            return
        uneven.append(shares)
    raise AssertionError(uneven)


def test_a_worker_that_stands_still_does_not_keep_others_from_accepting(server: Server) -> None:
    stopped, other = server.pids()
    os.kill(stopped, signal.SIGSTOP)
    try:
        with ExitStack() as opened:
            for _ in range(8):
                client = opened.enter_context(socket.create_connection(server.address, timeout=60))
                assert answering(client) == other
    finally:
        os.kill(stopped, signal.SIGCONT)


def test_clients_that_do_not_close_what_is_over_hold_nobody_up(tmp_path: Path) -> None:
    """Each of them would hold up the worker for 2 s, one after the other: longer than the last one waits."""
    running = Server(tmp_path, WEB_CONCURRENCY="1")
    running.wait()
    with ExitStack() as opened:
        for _ in range(40):
            client = opened.enter_context(socket.create_connection(running.address, timeout=60))
            client.sendall(b"GET /v1/slow HTTP/1.0\r\n\r\n")
        assert requests.get(f"{running.url}/v1/slow", timeout=40).status_code == 200
    running.process.terminate()
    assert running.process.wait(60) == 0


def test_what_a_client_still_sends_does_not_cost_it_the_answer(server: Server) -> None:
    with socket.create_connection(server.address, timeout=60) as client:
        client.sendall(b"POST /v1/slow HTTP/1.0\r\nContent-Length: 40000\r\n\r\n" + b"x" * 20_000)
        client.sendall(b"x" * 20_000)
        answer = b""
        while part := client.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.0 405 ")
