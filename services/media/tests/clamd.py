"""clamd for tests: a small one that speaks the real protocol, and the real one where it is installed."""

from __future__ import annotations

import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
NAME = "Test.EICAR"
MOST_BYTES = 1024 * 1024
_CONFIGURATION = """\
Foreground yes
User {user}
DatabaseDirectory {folder}
TCPAddr 127.0.0.1
TCPSocket {port}
StreamMaxLength 1M
"""


class FakeClamd(socketserver.ThreadingTCPServer):
    """Finds EICAR. Answers `answer` instead where there is one; hangs while it is `silent`."""

    allow_reuse_address = True
    daemon_threads = True
    answer: bytes = b""
    silent = False
    scanned = 0

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: FakeClamd

    def handle(self) -> None:
        assert self.rfile.read(len(b"zINSTREAM\0")) == b"zINSTREAM\0"
        received = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            received += self.rfile.read(length)
            if len(received) > MOST_BYTES:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned += 1
        if self.server.silent:
            self.rfile.read(1)
        found = f"{NAME}.UNOFFICIAL FOUND".encode() if EICAR in received else b"OK"
        self.wfile.write((self.server.answer or b"stream: " + found) + b"\0")


@contextmanager
def fake(port: int = 0) -> Iterator[FakeClamd]:
    with FakeClamd(port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def is_installed() -> bool:
    return shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin") is not None


@contextmanager
def real(folder: Path, user: str) -> Iterator[int]:
    """Run ClamAV's own daemon, which knows EICAR and nothing else; give its port."""
    (folder / "test.ndb").write_text(f"{NAME}:0:*:{EICAR.hex()}\n", encoding="ascii")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    configuration = folder / "clamd.conf"
    configuration.write_text(_CONFIGURATION.format(user=user, folder=folder, port=port), encoding="utf-8")
    program = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin") or "clamd"
    with (folder / "clamd.log").open("wb") as log:
        process = subprocess.Popen([program, "--config-file", str(configuration)], stdout=log, stderr=log)
    try:
        _await(process, port, folder / "clamd.log")
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"clamd does not start: {log.read_text()}")
