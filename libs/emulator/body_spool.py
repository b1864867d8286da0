"""Large bodies wait on disk until they have come whole, however slowly, and are then read by turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from emulator.application import Message, Receive

_CHUNK = 256 * 1024


class BodyTooLarge(Exception):
    """A body has more bytes than are taken."""


class SenderGone(Exception):
    """The client closed the connection before the end of the body."""


class BodySpool:
    """Keeps bodies of at most `largest` bytes in nameless files below `folder`.

    MiniStack holds a request's body whole; `at_once` of the large ones are in its memory at a time.
    """

    def __init__(self, folder: Path, largest: int, at_once: int) -> None:
        self._folder = folder
        self._largest = largest
        self._turns = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def whole(self, receive: Receive) -> AsyncIterator[Receive]:
        """Give what receives a body that has come whole, when it is its turn.

        Raises BodyTooLarge, SenderGone, and OSError when it cannot be kept.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryFile(dir=self._folder) as file:
            await self._keep(receive, file)
            size = file.tell()
            file.seek(0)
            async with self._turns:
                yield _reading(file, size, receive)

    async def _keep(self, receive: Receive, file: IO[bytes]) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise SenderGone
            file.write(message.get("body", b""))
            if file.tell() > self._largest:
                raise BodyTooLarge
            more = message.get("more_body", False)


def _reading(file: IO[bytes], size: int, receive: Receive) -> Receive:
    async def received() -> Message:
        if file.tell() == size and size:
            return await receive()
        chunk = file.read(_CHUNK)
        return {"type": "http.request", "body": chunk, "more_body": file.tell() < size}

    return received
