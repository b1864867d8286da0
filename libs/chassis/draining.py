"""A gunicorn worker that loses no connection when it is asked to stop."""

from __future__ import annotations

from gunicorn.workers.gthread import ThreadWorker


class DrainingWorker(ThreadWorker):  # type: ignore[misc]  # the library has no types
    """Threads, as gunicorn's own; at its end its listening sockets are emptied and closed at once.

    gunicorn leaves them open until the last request has ended: meanwhile the kernel completes
    connections that nobody will accept, and resets them in the end, when a gateway has already
    sent its request and may not send a POST again. Closed at once they are refused, so
    the gateway asks another copy.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        """See ThreadWorker. Not accepting any more, because of an ending, is for good."""
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                self._take_what_waits(listener)
                listener.close()

    def _take_what_waits(self, listener: object) -> None:
        taken = -1
        while taken != self.nr_conns:
            taken = self.nr_conns
            self.accept(listener)
