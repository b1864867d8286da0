"""Large bodies are read for those only who may send them: nobody fills the memory without a key."""

from __future__ import annotations

import logging
from collections.abc import Callable, MutableMapping
from typing import Any

from emulator.application import Application, Message, Receive, Send, refuse
from emulator.body_spool import BodySpool, BodyTooLarge, SenderGone

logger = logging.getLogger("emulator")

_FORM_HEAD = 64 * 1024
"""Where a form's fields have ended and its file begins; S3 takes 20 KB of fields."""


class LargeBodies:
    """Asks who sends before a body of over `small` bytes is read, or one that does not tell its size.

    Then it comes to disk, and `inner` reads it from there. `of_headers` and `of_form` say whether a request's
    head, or the beginning of its form, is signed well.
    """

    def __init__(
        self,
        inner: Application,
        of_headers: Callable[[MutableMapping[str, Any], int], bool],
        of_form: Callable[[bytes, int], bool],
        is_told: Callable[[bytes], bool],
        spool: BodySpool,
        small: int,
    ) -> None:
        self._inner = inner
        self._of_headers = of_headers
        self._of_form = of_form
        self._is_told = is_told
        self._spool = spool
        self._small = small

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        size = _size(headers)
        if scope["type"] != "http" or size <= self._small:
            await self._inner(scope, receive, send)
            return
        if scope["method"] == "POST" and headers.get(b"content-type", b"").startswith(b"multipart/form-data"):
            head, receive = await self._begun(receive)
            known = self._of_form(head, size)
        else:
            known = self._of_headers(scope, size)
        if known:
            await self._pass_on(scope, receive, send)
        else:
            await refuse(send, 403, "AccessDenied", "Sign the request: so large a body is not read unsigned.")

    async def _pass_on(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        try:
            async with self._spool.whole(receive) as received:
                await self._inner(scope, received, send)
        except BodyTooLarge:
            await refuse(send, 413, "EntityTooLarge", "The body is larger than this emulator takes.")
        except SenderGone:
            return
        except OSError as error:
            logger.warning("body not kept", extra={"error": str(error)})
            await refuse(send, 503, "ServiceUnavailable", "The body could not be kept; try again.")

    async def _begun(self, receive: Receive) -> tuple[bytes, Receive]:
        """Return the beginning of a body, and what receives all of it, from its beginning."""
        read: list[Message] = []
        head = b""
        while len(head) < _FORM_HEAD and not self._is_told(head):
            message = await receive()
            read.append(message)
            head += message.get("body", b"")
            if not message.get("more_body"):
                break
        again = iter(read)

        async def received() -> Message:
            return next(again, None) or await receive()

        return head, received


def _size(headers: dict[bytes, bytes]) -> int:
    """Return the bytes of a body; what does not tell is as large as can be."""
    told = headers.get(b"content-length", b"0" if b"transfer-encoding" not in headers else b"")
    return int(told) if told.isdigit() else 1 << 62
