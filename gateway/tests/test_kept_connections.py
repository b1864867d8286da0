"""Requests that come through the gateway's kept connections reach all workers of a service alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gateway.tests.conftest import SHOP, Gateway, running_gateway
from libs.chassis.tests.server.running import Server

_REQUESTS = 5


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway in front of two workers of gunicorn."""
    folder = tmp_path / "service"
    folder.mkdir()
    server = Server(folder)
    server.wait()
    host, port = server.address
    with running_gateway(tmp_path, {"shop": SHOP}, f"{host}:{port}", "127.0.0.1:9") as gateway:
        server.pids()
        yield gateway
    server.process.terminate()
    server.process.wait(30)


def shares(gateway: Gateway, clients: int) -> Counter[int]:
    """Return how many requests each worker has answered of `clients` who ask at once, again and again."""

    def ask(_client: int) -> list[int]:
        return [gateway.call("/v1/slow?seconds=0.02").json["pid"] for _ in range(_REQUESTS)]

    with ThreadPoolExecutor(clients) as pool:
        return Counter(pid for answered in pool.map(ask, range(clients)) for pid in answered)


def test_all_workers_get_their_share_of_many_clients_and_of_the_few_who_come_after(served: Gateway) -> None:
    """The few are passed on over some of the connections that the many have left open."""
    uneven = []
    for _ in range(5):  # on a machine that stands still a worker may come too late for its share
        many, few = shares(served, 16), shares(served, 4)
        if len(many) == 2 and min(many.values()) >= 16 * _REQUESTS / 4 and len(few) == 2:
            return
        uneven.append((many, few))
    raise AssertionError(uneven)
