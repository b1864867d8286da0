"""What gunicorn refuses by itself, before an app sees it, is answered with a problem document too."""

from __future__ import annotations

import json
import socket
from http import HTTPStatus

from gunicorn import util

_TYPE = "https://slipway.dev/problems/"


def install() -> None:
    """Have gunicorn's own errors written by :func:`write`; there is no setting for that."""
    util.write_error = write


def write(client: socket.socket, status: int, reason: str, message: str) -> None:
    """Send a whole answer without waiting for `client`; raises OSError when it does not take it."""
    util.write_nonblock(client, _answer(status, reason, message))


def _answer(status: int, reason: str, message: str) -> bytes:
    """Return the answer. Its request has no id: the header fields may not have been read."""
    title = reason or HTTPStatus(status).phrase
    document = {
        "type": _TYPE + title.lower().replace(" ", "-"),
        "title": title,
        "status": status,
        "detail": message or "The server could not answer this request.",
        "request_id": None,
    }
    body = json.dumps(document).encode()
    head = (
        f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        f"Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("latin-1") + body
