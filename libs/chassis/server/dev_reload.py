"""Runs a command again whenever a source file changes: for development, see compose/dev.yml."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

_LOOK_SECONDS = 0.5
_STOP_SECONDS = 10.0


class Reloader:
    """One command and the folders whose Python files it is made of."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folders: Sequence[Path]
    ) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._folders = folders
        self._stopping = False

    def run(self) -> int:
        """Run the command until SIGTERM, SIGINT, or its own good end; return 0.

        A command that fails, as one with a mistake in it does, is started again at the next
        change. One that ends in peace, as when its environment has changed, ends this too.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            seen = self._versions()
            process = subprocess.Popen(self._command, env=self._environment)
            while not self._stopping and process.poll() != 0 and self._versions() == seen:
                time.sleep(_LOOK_SECONDS)
            if process.poll() == 0:
                break
            if not self._stopping:
                sys.stderr.write("sources changed: starting again\n")
            _end(process)
        return 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _versions(self) -> dict[Path, int]:
        """Return the times of change; an editor may replace a file while we look."""
        found: dict[Path, int] = {}
        for folder in self._folders:
            for path in folder.rglob("*.py"):
                try:
                    found[path] = path.stat().st_mtime_ns
                except FileNotFoundError:
                    continue
        return found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
