"""The suite's inner ports: picked free once, remembered, picked anew when another program has one."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Collection
from pathlib import Path

import psutil

from slipway.state.layout import write_private
from slipway.terminal.problems import BUSY, Problem

# Below the range the kernel hands out for outgoing connections, so a remembered port stays free while down.
_LOWEST, _HIGHEST = 20_000, 29_999


class Ports:
    """Port numbers by part name, kept in a file and nowhere else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __getitem__(self, name: str) -> int:
        """Return the port of `name`, picking one the first time."""
        numbers = self._read()
        if name not in numbers:
            numbers[name] = pick(numbers.values())
            self._write(numbers)
        return numbers[name]

    def refresh(self) -> None:
        """Forget the ports that another program has taken; to be called while nothing of the suite runs."""
        self._write({name: port for name, port in self._read().items() if is_free(port)})

    def _read(self) -> dict[str, int]:
        return json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else {}

    def _write(self, numbers: dict[str, int]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_private(self._path, json.dumps(numbers, indent=2, sort_keys=True))


def pick(known: Collection[int] = ()) -> int:
    """Return a port that is free now and none of `known`."""
    for port in random.sample(range(_LOWEST, _HIGHEST), 200):
        if port not in known and is_free(port):
            return port
    raise Problem(
        f"no free port between {_LOWEST} and {_HIGHEST}",
        next_step="stop something and try again",
        code=BUSY,
    )


def is_free(port: int) -> bool:
    """Say whether a server could listen on `port` of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except PermissionError as error:
            raise Problem(
                f"port {port} needs root", next_step="choose one above 1023 with --port", code=BUSY
            ) from error
        except OSError:
            return False
    return True


def require_free(port: int) -> None:
    """Raise Problem, naming the process where the system tells, when `port` is taken."""
    if is_free(port):
        return
    raise Problem(
        f"port {port} is taken{_holder(port)}",
        next_step=f"stop that program, or run `./slipway up --port {port + 1000}`",
        code=BUSY,
    )


def _holder(port: int) -> str:
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.Error:
        return ""
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
        if listens and connection.pid:
            try:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
            except psutil.Error:
                return f" by process {connection.pid}"
    return ""
