"""The listening socket of a service: every connection that it accepts gets an answer.

nginx retries another copy when a connection is refused, but never re-sends a POST over one that was
accepted. So the socket refuses connections until a worker is ready, and again as soon as the server stops;
connections that were accepted before are still served.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from gunicorn.sock import TCPSocket

_SO_BINDTOIFINDEX = 62  # asm-generic/socket.h; for everybody since Linux 5.7
_NO_INTERFACE = 2**31 - 1
_TRIES = 5


class Listener(TCPSocket):  # type: ignore[misc]  # the library has no types
    """An address that is ours at once, and where it can be connected to from `open` to `close` only."""

    def set_options(self, sock: socket.socket, bound: bool = False) -> socket.socket:
        """Bind without listening. Raises OSError for an address that cannot be had."""
        self._maker = os.getpid()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if not bound:
            self.bind(sock)
        # From here on no other process can bind the address, though it does not listen yet.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        sock.setblocking(False)
        sock.set_inheritable(True)
        return sock

    def open(self) -> None:
        """Listen; more than once, and in several processes, is all the same."""
        # Without it connections that ended lately would be in the way.
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.listen(self.conf.backlog)

    def close(self) -> None:
        """Close it in this process. In the process that made it, refuse new connections in all of them."""
        if self.sock is not None and os.getpid() == self._maker and sys.platform == "linux":
            _turn_away(self.sock)
        super().close()


def listeners_of(server: Any) -> list[Listener]:
    """Return a Listener for each of the addresses of gunicorn's arbiter; none when one is not of IPv4.

    Waits a few seconds for an address that another process still has. Raises SystemExit, with the address,
    for one that cannot be had.
    """
    addresses = server.address
    if not all(isinstance(address, tuple) and ":" not in address[0] for address in addresses):
        return []
    return [_listener(server, address) for address in addresses]


def _listener(server: Any, address: tuple[str, int]) -> Listener:
    tries = 0
    while True:
        tries += 1
        try:
            return Listener(address, server.cfg, server.log)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or tries == _TRIES:
                host, port = address
                raise SystemExit(f"{host}:{port} cannot be listened at: {error.strerror}") from error
        time.sleep(1)


def _turn_away(listener: socket.socket) -> None:
    """Refuse new connections, in every process that has the socket open; keep those that were accepted.

    Bound to an interface that is not there, it is found for no new connection (socket(7), SO_BINDTODEVICE).
    """
    # On a kernel without it, a connection made between a worker's last accept and its closing is reset.
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, _SO_BINDTOIFINDEX, _NO_INTERFACE)
