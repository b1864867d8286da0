"""A gunicorn worker that loses no connection when it is asked to stop."""

from __future__ import annotations

import socket
import time

from gunicorn.workers.gthread import ThreadWorker

_HANDSHAKE_SECONDS = 0.05  # the kernel completes what was begun far sooner, unless it is very busy


class DrainingWorker(ThreadWorker):  # type: ignore[misc]  # the library has no types
    """Threads, as gunicorn's own; at its end its listening sockets are emptied and closed at once.

    gunicorn leaves them open until the last request has ended: meanwhile the kernel completes
    connections that nobody will accept, and resets them in the end, when a gateway has already
    sent its request and may not send a POST again. Closed at once they are refused, so
    the gateway asks another copy. Between the last accept and the closing nobody gets in: see listening.py.
    """

    _closed = False

    def set_accept_enabled(self, enabled: bool) -> None:
        """See ThreadWorker. Not accepting any more, because of an ending, is for good."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive and not self._closed:
            self._closed = True
            self._take_what_waits()
            time.sleep(_HANDSHAKE_SECONDS)
            self._take_what_waits()
            for listener in self.sockets:
                listener.close()

    def _take_what_waits(self) -> None:
        # One that was never opened, because the ending came first, has nobody waiting.
        opened = [one for one in self.sockets if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)]
        for listener in opened:
            taken = -1
            while taken != self.nr_conns:
                taken = self.nr_conns
                self.accept(listener)
