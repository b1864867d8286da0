"""Calls of tables go before files: people wait for them, and the emulator works on one thing at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any

from emulator.application import Application, Message, Receive, Send

_LONGEST_WAIT = 0.05
"""Seconds for which a file waits for tables once it is its turn: however busy they are, files come in."""


class TablesFirst:
    """Has `inner` take one file at a time, each after the calls of tables that have come before it.

    MiniStack does all the work of a request in the event loop. Of sixteen files that came at once each was
    begun before the next call was looked at, and every service's reads stood behind them. `service_of` says
    whose call a request is; bodies of up to `small` bytes are here before their file takes its turn.
    """

    def __init__(
        self, inner: Application, service_of: Callable[[MutableMapping[str, Any]], str], small: int
    ) -> None:
        self._inner = inner
        self._service_of = service_of
        self._small = small
        self._turn = asyncio.Semaphore(1)
        self._calls_of_tables = 0
        self._no_calls = asyncio.Event()
        self._no_calls.set()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        service = self._service_of(scope) if scope["type"] == "http" else ""
        if service == "dynamodb":
            await self._at_once(scope, receive, send)
        elif service == "s3" and scope["method"] in {"POST", "PUT"}:
            await self._in_turn(scope, await self._here(scope, receive), send)
        else:
            await self._inner(scope, receive, send)

    async def _at_once(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        self._calls_of_tables += 1
        self._no_calls.clear()
        try:
            await self._inner(scope, receive, send)
        finally:
            self._calls_of_tables -= 1
            if not self._calls_of_tables:
                self._no_calls.set()

    async def _in_turn(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        async with self._turn:
            await asyncio.sleep(0)  # what has come meanwhile is looked at
            with suppress(TimeoutError):
                await asyncio.wait_for(self._no_calls.wait(), _LONGEST_WAIT)
            await self._inner(scope, receive, send)

    async def _here(self, scope: MutableMapping[str, Any], receive: Receive) -> Receive:
        """Return what receives a small body that is here whole; a large one waits on disk already."""
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit() or int(length) > self._small:
            return receive
        read: list[Message] = [await receive()]
        while read[-1].get("more_body"):
            read.append(await receive())
        again = iter(read)

        async def received() -> Message:
            return next(again, None) or await receive()

        return received
