"""Passes DynamoDB calls on to the server that keeps the tables."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from urllib.parse import urlsplit

from emulator import passed_socket

logger = logging.getLogger("emulator")

_PASSED_ON = ("x-amz-target", "content-type", "authorization", "x-amz-date", "accept-encoding")
_SECONDS = 30.0
_IDLE = 64
_UNIX = "unix:"
Answer = tuple[int, dict[str, str], bytes]


class Upstream:
    """A DynamoDB server at `http://HOST:PORT`, or enclosed behind `unix:PATH`, over keep-alive connections.

    The caller has authorised each call already.

    When it cannot be reached the answer is DynamoDB's own "try again" (503),
    which every SDK does. A call is never repeated here: it might have been done.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = Path(url.removeprefix(_UNIX)) if url.startswith(_UNIX) else None
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 80
        self._idle: list[_Connection] = []

    async def handle(
        self, method: str, path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
    ) -> Answer:
        """Answer one call; has the signature of MiniStack's service handlers."""
        head = [
            f"{method} {path} HTTP/1.1",
            f"host: {self._host}:{self._port}",
            f"content-length: {len(body)}",
        ]
        head += [f"{name}: {headers[name]}" for name in _PASSED_ON if name in headers]
        request = "\r\n".join([*head, "", ""]).encode("latin-1") + body
        try:
            return await asyncio.wait_for(self._exchange(request), _SECONDS)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            logger.warning("dynamodb upstream unavailable: %r", error)
            self._drop_idle()
            return _unavailable()

    async def _exchange(self, request: bytes) -> Answer:
        connection = self._idle.pop() if self._idle else await self._connect()
        try:
            answer = await connection.exchange(request)
        except BaseException:
            connection.close()
            raise
        if connection.reusable and len(self._idle) < _IDLE:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    async def _connect(self) -> _Connection:
        if self._socket is None:
            return _Connection(*await asyncio.open_connection(self._host, self._port))
        passed = await asyncio.to_thread(passed_socket.connect, self._socket, _SECONDS)
        return _Connection(*await asyncio.open_connection(sock=passed))

    def _drop_idle(self) -> None:
        """Forget connections that may lead to a server that is gone."""
        while self._idle:
            self._idle.pop().close()


class _Connection:
    """One HTTP/1.1 connection, one exchange at a time. Raises OSError, EOFError or ValueError."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.reusable = True

    async def exchange(self, request: bytes) -> Answer:
        self._writer.write(request)
        await self._writer.drain()
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if "content-length" not in headers:
            raise ValueError("an answer without a length")
        body = await self._reader.readexactly(int(headers.pop("content-length")))
        self.reusable = headers.pop("connection", "").lower() != "close"
        headers.pop("date", None)
        return int(status_line.split(" ", 2)[1]), headers, body

    def close(self) -> None:
        self._writer.close()


def _unavailable() -> Answer:
    body = {
        "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError",
        "message": "The tables are not reachable at the moment; try again.",
    }
    return 503, {"content-type": "application/x-amz-json-1.0"}, json.dumps(body).encode()
