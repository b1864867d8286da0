"""Answers that are sent in one piece, so that a server's sudden end leaves whole ones or none.

gunicorn sends an answer's head and its body by two calls, and a thread can wait long between
them: another may have the interpreter. A worker killed there has sent a head without its body. The
gateway has passed that on by then and can neither ask another copy nor answer 502: its client's
connection breaks.
"""

from __future__ import annotations

from typing import Any

from gunicorn.http import wsgi


class WholeResponse(wsgi.Response):  # type: ignore[misc]  # the library has no types
    """gunicorn's own, with the head sent together with the first piece of the body."""

    sock: Any

    def write(self, arg: bytes) -> None:
        """Send a piece of the body. Raises TypeError for all but bytes, OSError when the client is gone."""
        if self.headers_sent:
            super().write(arg)
            return
        connection, self.sock = self.sock, (together := _ResponseBuffer())
        try:
            super().write(arg)
        finally:
            self.sock = connection
        connection.sendall(together)


class _ResponseBuffer(bytearray):
    """Takes the place of a connection while a head and the beginning of a body are put together."""

    sendall = bytearray.extend


def install() -> None:
    """Have gunicorn answer by it; HTTP/1 has no setting for that."""
    wsgi.Response = WholeResponse
