"""ClamAV's daemon, asked over its own protocol: INSTREAM, as `man clamd` describes it.

A file goes over one connection in chunks, each after its length in four bytes; a length of zero ends it.
The answer is `stream: OK` or `stream: <name> FOUND`, or says what is wrong.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from media.domain.malware import Scan
from media.errors import ScannerAway

_LONGEST_ANSWER = 4096
_FOUND = re.compile(r"stream: (?P<name>[\x21-\x7e]{1,200}) FOUND")


@dataclass(frozen=True, slots=True)
class Clamd:
    """A daemon at `host` and `port`, or at the Unix socket that `host` is the path of.

    `seconds` bounds everything that is done for one file.
    """

    host: str
    port: int
    seconds: float

    @contextmanager
    def scan(self) -> Iterator[Scan]:
        deadline = time.monotonic() + self.seconds
        with _translated():
            connection = self._connected()
        with connection:
            scan = _Instream(connection, deadline)
            scan.begin()
            yield scan

    def _connected(self) -> socket.socket:
        if not self.host.startswith("/"):
            return socket.create_connection((self.host, self.port), self.seconds)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(self.seconds)
        try:
            connection.connect(self.host)
        except OSError:
            connection.close()
            raise
        return connection


class _Instream:
    """One file over one connection, until `deadline`."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def begin(self) -> None:
        with _translated():
            self._send(b"zINSTREAM\0")

    def passing(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            with _translated():
                if chunk:  # a length of zero would end the file
                    self._send(len(chunk).to_bytes(4, "big") + chunk)
            yield chunk

    def verdict(self) -> str | None:
        with _translated():
            self._send(bytes(4))
            answer = self._answer()
        if answer == "stream: OK":
            return None
        found = _FOUND.fullmatch(answer)
        if found is None:
            raise ScannerAway(answer)
        return found["name"]

    def _send(self, data: bytes) -> None:
        self._limit()
        try:
            self._connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as error:
            # It hangs up when a file is too large for it, and has said so before.
            with suppress(OSError):
                raise ScannerAway(self._answer()) from error
            raise

    def _answer(self) -> str:
        """Return the one answer, which ends with a zero byte."""
        received = b""
        while not received.endswith(b"\0") and len(received) < _LONGEST_ANSWER:
            self._limit()
            part = self._connection.recv(_LONGEST_ANSWER)
            if not part:
                raise ConnectionAbortedError("the connection was closed without an answer")
            received += part
        return received.rstrip(b"\0").decode("ascii", "replace")

    def _limit(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for this file is over")
        self._connection.settimeout(left)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ScannerAway(str(error)) from error
