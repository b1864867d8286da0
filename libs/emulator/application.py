"""The ASGI application: MiniStack behind middleware that answers a write once it is on disk."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from emulator.journal import JournalError
from emulator.ministack_patches import Request, request_noted
from emulator.state_store import StateStore

logger = logging.getLogger("emulator")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_OPEN = frozenset({"/_ministack/health"})
# The gateway names the one service that its clients may reach; see gateway/templates.
_ONLY = b"x-slipway-only"
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")


class DurabilityMiddleware:
    """Lets requests in to `inner` and holds each answer back until what it changed is saved.

    MiniStack's own administration (`/_...`, which can wipe everything without
    credentials) stays outside, as do the mails that it saw, which hold links that open accounts.
    """

    def __init__(
        self, inner: Application, state: StateStore, service_of: Callable[[MutableMapping[str, Any]], str]
    ) -> None:
        self._inner = inner
        self._state = state
        self._service_of = service_of

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _live(self, receive: Receive, send: Send) -> None:
        """MiniStack's own start-up looks for containers and scripts of the host; a suite has none."""
        await receive()
        self._state.restore()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._state.commit_all()
        self._state.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if not self._may_enter(scope):
            await refuse(send, 404, "NotFound", "There is nothing here.")
            return
        if _asks_the_front_page(scope):
            await refuse(send, 403, "AccessDenied", "Sign the request.")
            return
        if not _signed_or_unsigned(scope):
            await refuse(
                send, 403, "IncompleteSignature", "The Authorization header is not an AWS signature."
            )
            return
        with request_noted() as request:
            await self._inner(scope, receive, _HoldResponse(send, lambda: self._save(request)))

    def _may_enter(self, scope: MutableMapping[str, Any]) -> bool:
        path = scope["path"]
        if path.startswith("/_"):
            return path in _OPEN
        headers = dict(scope["headers"])
        only = headers.get(_ONLY, b"").decode("latin-1")
        # A form can name a service's action in its body, which is not looked into here.
        form = headers.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded")
        return not only or (not form and self._service_of(scope) == only)

    def _save(self, request: Request) -> None:
        """Return when all that the request did is on disk; raises JournalError or OSError."""
        if request.failures:
            raise request.failures[0]
        if request.touched:
            self._state.commit(sorted(request.touched))


def _signed_or_unsigned(scope: MutableMapping[str, Any]) -> bool:
    """Say whether the request has one SigV4 signature or none; MiniStack takes other headers for root's."""
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    return not given or (len(given) == 1 and given[0].startswith(b"AWS4-HMAC-SHA256 "))


def _asks_the_front_page(scope: MutableMapping[str, Any]) -> bool:
    """Say whether an unsigned request is for `/`: there MiniStack lists the buckets to everybody."""
    signed = any(name == b"authorization" for name, _ in scope["headers"])
    query = bytes(scope.get("query_string", b""))
    presigned = b"X-Amz-Signature=" in query or b"AWSAccessKeyId=" in query
    return scope["method"] != "POST" and scope["path"] == "/" and not signed and not presigned


class _HoldResponse:
    """Passes an answer on once `save` has returned; if it fails the client is told to try again."""

    def __init__(self, send: Send, save: Callable[[], None]) -> None:
        self._send = send
        self._save = save
        self._failed = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            try:
                self._save()
            except (JournalError, OSError) as error:
                logger.exception("state not saved", extra={"error": str(error)})
                self._failed = True
                await refuse(
                    self._send, 503, "ServiceUnavailable", "The change could not be saved; try again."
                )
            message = {**message, "headers": [(name, _one_line(value)) for name, value in message["headers"]]}
        if not self._failed:
            await self._send(message)


def _one_line(value: bytes) -> bytes:
    """Return what can stand in a header field: what people stored or asked for may have line breaks."""
    return _CONTROLS.sub(b" ", value).strip()


async def refuse(send: Send, status: int, code: str, text: str) -> None:
    """Answer in XML, which every SDK reads as far as the status."""
    body = (
        f"<ErrorResponse><Error><Code>{code}</Code><Message>{text}</Message></Error></ErrorResponse>".encode()
    )
    headers = [(b"content-type", b"text/xml"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
