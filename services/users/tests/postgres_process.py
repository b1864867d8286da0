"""A Postgres of one test, which may be frozen."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
from pathlib import Path

import psutil

from slipway.local import lifecycle
from slipway.local.suite import Suite
from slipway.terminal.progress import Silent
from slipway.testing.backing import Owner


class PostgresProcess:
    """A server with a cluster of its own below `state`, run by a supervisor of its own."""

    def __init__(self, root: Path, state: Path) -> None:
        self._suite = Suite(root, state)
        lifecycle.up(self._suite, Silent(), lambda suite: [suite.postgres, Owner(suite, os.getpid())])
        self.url: str = self._suite.postgres.admin_url
        self._guard: threading.Timer | None = None

    def freeze(self, at_most: float) -> None:
        """Stop it and all its backends from doing anything, with their connections open.

        After `at_most` seconds it goes on by itself, so that whoever would wait for ever is answered at last.
        """
        self._send(signal.SIGSTOP)
        self._guard = threading.Timer(at_most, self.thaw)
        self._guard.start()

    def thaw(self) -> None:
        """Let it go on."""
        if self._guard is not None:
            self._guard.cancel()
        self._send(signal.SIGCONT)

    def end(self) -> None:
        """Stop it and remove its data."""
        self.thaw()
        lifecycle.down(self._suite, Silent())
        shutil.rmtree(self._suite.state, ignore_errors=True)

    def _send(self, number: signal.Signals) -> None:
        """Send a signal to the server, and then to its backends, which may end at any time."""
        supervisor = self._suite.daemon.connect()
        assert supervisor is not None
        postmaster = psutil.Process(supervisor.states()["postgres"].pid)
        postmaster.send_signal(number)
        for backend in postmaster.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                backend.send_signal(number)
