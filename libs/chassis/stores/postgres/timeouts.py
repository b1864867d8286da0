"""A bound on how long Postgres may be silent, and on how many callers wait to find that out.

libpq waits for ever for a server that took a request and says nothing: a frozen or stalled one. Its
`statement_timeout` is the server's own promise, and keepalives are answered by its kernel. So psycopg2
waits with a function of ours (https://www.psycopg.org/docs/advanced.html#support-for-coroutine-libraries),
which gives the connection up in time.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2 import OperationalError
from psycopg2.extensions import POLL_OK, POLL_READ, connection, set_wait_callback
from sqlalchemy.exc import DBAPIError

from chassis.stores.postgres.errors import DatabaseSilent

CONNECT_SECONDS = 3.0


class Silence(OperationalError):
    """The server did not answer in time; the connection is closed."""


class TimeoutConnection(connection):
    """A connection that waits `timeout` seconds for each answer, and CONNECT_SECONDS to be made."""

    def __init__(self, dsn: str, timeout: float) -> None:
        self.timeout = CONNECT_SECONDS
        super().__init__(dsn)
        self.timeout = timeout


def install() -> None:
    """Bound the waiting of every connection in this process."""
    set_wait_callback(_wait)


def _wait(waiting: connection) -> None:
    timeout = waiting.timeout if isinstance(waiting, TimeoutConnection) else CONNECT_SECONDS
    deadline = time.monotonic() + timeout
    while (state := waiting.poll()) != POLL_OK:
        ready = select.poll()
        ready.register(waiting.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        left = deadline - time.monotonic()
        if left <= 0 or not ready.poll(left * 1000):
            raise Silence(f"no answer within {timeout:g} s")


class Outage:
    """While the server is silent one caller at a time asks it again; the others are told at once.

    Otherwise each thread of the process would wait out the silence, and nobody be left to answer
    what needs no database.
    """

    def __init__(self) -> None:
        self._silent = False
        self._turn = threading.Lock()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Run a transaction; raise Transient at once while another asks whether the server speaks again."""
        asks = self._silent
        if asks and not self._turn.acquire(blocking=False):
            raise DatabaseSilent
        try:
            yield
        except DBAPIError as error:
            if isinstance(error.orig, Silence):
                self._silent = True
            raise
        finally:
            if asks:
                self._turn.release()

    def over(self) -> None:
        """Say that the server has answered."""
        self._silent = False
