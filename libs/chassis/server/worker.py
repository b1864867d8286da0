"""A gunicorn worker that loses no connection when it is asked to stop, and takes no more than its share."""

from __future__ import annotations

import socket
import time
from concurrent.futures import Future
from dataclasses import dataclass
from selectors import EVENT_READ
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from chassis.server.shares import Shares

_HANDSHAKE_SECONDS = 0.05  # the kernel completes what was begun far sooner, unless it is very busy
_MOST_YIELDS = 50  # then the workers with fewer connections are too busy to accept
_YIELD_SECONDS = 0.001
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 65536


class DrainingWorker(ThreadWorker):  # type: ignore[misc]  # the library has no types
    """Threads, as gunicorn's own, with three things done otherwise.

    **The end.** gunicorn leaves its listening sockets open until the last request has ended: meanwhile
    the kernel completes connections that no worker will accept, and resets them in the end, when a gateway
    has already sent its request and may not send a POST again. Here they are emptied and closed at once, so
    that the gateway asks another copy. Between the last accept and the closing none is completed: see
    sockets.py.

    **Shares.** All workers wait at one socket, and the first to wake accepts everything that waits there.
    Here a worker that has more connections than another one lets that one accept, for a moment.

    **Goodbyes.** gunicorn waits in its event loop, up to 2 s, for a client to close a connection that is
    over: meanwhile the other clients of that worker wait. Here the event loop goes on.
    """

    shares = Shares()
    _closed = False
    _yields = 0
    _yielding = False

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._leaving: dict[socket.socket, _Linger] = {}

    def accept(self, listener: Any) -> None:
        """Accept a connection, unless another worker has fewer: then that one goes first."""
        if self.alive and self._yields < _MOST_YIELDS and self.shares.is_ahead(self.nr_conns):
            self._yields += 1
            self._yielding = True
            super().set_accept_enabled(False)
            return
        super().accept(listener)
        self._tell_share()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Run one round of the event loop; after a yield it goes by without accepting."""
        was_yielding = self._yielding
        super().wait_for_and_dispatch_events(min(timeout, _YIELD_SECONDS) if was_yielding else timeout)
        if was_yielding:
            self._yielding = False
        elif not self._yielding:
            self._yields = 0

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Keep a connection, or close one that is over as soon as its client has read all."""
        if fs.cancelled() or fs.exception() is not None or fs.result() is not False:
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_READ, self._read_the_rest)
        except (OSError, ValueError):  # it is closed already
            self.nr_conns -= 1
            util.close(conn.sock)
        else:
            self._leaving[conn.sock] = _Linger(time.monotonic() + _LINGER_SECONDS)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close connections that were idle for too long, and those that take too long to leave."""
        super().murder_keepalived(force)
        now = time.monotonic()
        for leaving in [one for one, goodbye in self._leaving.items() if force or goodbye.until <= now]:
            self._close(leaving)
        self._tell_share()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept, or not; once the worker is told to stop, for good not."""
        if enabled and self._yielding:
            return
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive and not self._closed:
            self._closed = True
            self.shares.leave(self.age)
            self._take_what_waits()
            time.sleep(_HANDSHAKE_SECONDS)
            self._take_what_waits()
            for listener in self.sockets:
                listener.close()

    def _take_what_waits(self) -> None:
        # One that was never opened, because the server was stopped first, has no connections waiting.
        opened = [one for one in self.sockets if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)]
        for listener in opened:
            taken = -1
            while taken != self.nr_conns:
                taken = self.nr_conns
                self.accept(listener)

    def _tell_share(self) -> None:
        if self.alive:
            self.shares.tell(self.age, self.nr_conns)

    def _read_the_rest(self, leaving: socket.socket) -> None:
        """Read what a client still sends, so that its answer is not lost; close once it has closed."""
        try:
            read = len(leaving.recv(4096))
        except BlockingIOError:
            return
        except OSError:
            read = 0
        goodbye = self._leaving[leaving]
        goodbye.unread -= read
        if read == 0 or goodbye.unread <= 0:
            self._close(leaving)

    def _close(self, leaving: socket.socket) -> None:
        del self._leaving[leaving]
        self.poller.unregister(leaving)
        self.nr_conns -= 1
        util.close(leaving)


@dataclass(slots=True)
class _Linger:
    """How long, in the clock's seconds, and how much is still read from a connection that is over."""

    until: float
    unread: int = _LINGER_BYTES
