"""Inner ports are picked once and remembered."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slipway.state.ports import Ports, is_free, pick, require_free
from slipway.terminal.problems import BUSY, Problem


@contextmanager
def listening(port: int = 0) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", port)) as server:
        yield server.getsockname()[1]


def test_a_port_is_remembered_across_commands(tmp_path: Path) -> None:
    path = tmp_path / "state" / "ports.json"
    assert Ports(path)["cache"] == Ports(path)["cache"]


def test_two_parts_never_share_a_port(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    assert len({ports[str(number)] for number in range(30)}) == 30


def test_a_port_that_somebody_took_is_picked_anew(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    before, kept = ports["cache"], ports["postgres"]
    with listening(before):
        ports.refresh()
        assert ports["cache"] != before
    assert ports["postgres"] == kept


def test_a_port_in_use_is_not_free() -> None:
    with listening() as port:
        assert not is_free(port)


def test_a_picked_port_is_free_and_unknown() -> None:
    port = pick()
    assert is_free(port)
    assert pick([port]) != port


def test_a_taken_port_is_refused_naming_who_has_it_and_another_to_try() -> None:
    with (
        listening() as port,
        pytest.raises(Problem, match=f"port {port} is taken by .*{os.getpid()}") as caught,
    ):
        require_free(port)
    assert caught.value.code == BUSY
    assert f"--port {port + 1000}" in caught.value.next_step


def test_a_free_port_is_accepted() -> None:
    require_free(pick())
