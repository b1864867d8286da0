"""A name server for a test: it knows one name, whose addresses the test changes at will."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence
from typing import Self

_ANSWER, _FAILURE = 0x8180, 0x8182  # a standard answer: no error, the server's failure
_A, _IN, _SECONDS = 1, 1, 1
_HEADER = 12


class NameServer:
    """Answers questions for an IPv4 address with `addresses`, or with its failure (RFC 1035, 4.1)."""

    def __init__(self, *addresses: str) -> None:
        self.addresses: Sequence[str] = addresses
        self.knows = True
        self.questions = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def resolver(self) -> str:
        """Return where it listens, as `host:port`."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            question, client = self._socket.recvfrom(512)
            if len(question) < _HEADER:
                return
            self.questions += 1
            self._socket.sendto(self._answer(question), client)

    def _answer(self, question: bytes) -> bytes:
        asked = question[_HEADER : question.index(b"\0", _HEADER) + 5]
        record = struct.pack("!HHHIH", 0xC000 | _HEADER, _A, _IN, _SECONDS, 4)
        addresses = self.addresses if self.knows else ()
        kind = _ANSWER if self.knows else _FAILURE
        head = question[:2] + struct.pack("!HHHHH", kind, 1, len(addresses), 0, 0)
        return head + asked + b"".join(record + socket.inet_aton(address) for address in addresses)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
            stop.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()
