"""A server in a network of its own is reached through its Unix socket and in no other way."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulator import passed_socket
from emulator.dynamodb import Upstream
from emulator.tests.conftest import free_port

ENCLOSED = Path(passed_socket.__file__).with_name("enclosed.py")
_TRIED = subprocess.run([sys.executable, "-I", "-S", ENCLOSED, "--try"], check=False, capture_output=True)

pytestmark = pytest.mark.skipif(
    _TRIED.returncode != 0, reason=f"this system allows no network of one's own: {_TRIED.stderr!r}"
)


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def enclosed(tmp_path, port):
    """Python's file server behind a Unix socket whose path is longer than a socket's name may be."""
    folder = tmp_path / ("deep" * 20) / "here"
    folder.mkdir(parents=True)
    server = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    command = [sys.executable, "-I", "-S", str(ENCLOSED), str(folder / "socket"), str(port), *server]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
    process.unix_socket = folder / "socket"
    for _ in range(300):
        try:
            passed_socket.connect(process.unix_socket, 2).close()
        except OSError:
            time.sleep(0.1)
        else:
            break
    yield process
    process.terminate()
    process.wait(120)


def ask(path):
    return asyncio.run(Upstream(f"unix:{path}").handle("GET", "/", {}, b"", {}))


def test_who_may_open_the_door_is_answered(enclosed):
    status, _, body = ask(enclosed.unix_socket)
    assert status == 200
    assert b"Directory listing" in body


def test_its_port_is_closed_to_everybody_else(enclosed, port):
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_door_is_its_owners(enclosed):
    assert enclosed.unix_socket.stat().st_mode & 0o077 == 0


def test_many_connections_are_handed_out_at_once(enclosed):
    connections = [passed_socket.connect(enclosed.unix_socket, 10) for _ in range(50)]
    for connection in connections:
        connection.settimeout(30)
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.0 200"
        connection.close()


def test_it_ends_with_its_server_and_takes_it_along_when_it_is_killed(enclosed):
    (server,) = map(int, Path(f"/proc/{enclosed.pid}/task/{enclosed.pid}/children").read_text().split())
    enclosed.send_signal(signal.SIGKILL)
    enclosed.wait(120)
    for _ in range(300):
        try:
            os.kill(server, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    assert not Path(f"/proc/{server}").exists()
    status, _, _ = ask(enclosed.unix_socket)
    assert status == 503
