"""Ends a process whose environment file has changed: what supervises it starts it again with the new one.

The suite's bootstrap writes the file anew when an emulator forgot everything, the access keys included.
"""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import threading
from pathlib import Path

log = logging.getLogger(__name__)

_LOOK_SECONDS = 2.0


def fingerprint(content: bytes) -> str:
    """Return what ENVIRONMENT_READ is set to for an environment file of this content."""
    return hashlib.sha256(content).hexdigest()


def end_when_changed(process: int) -> None:
    """Send SIGTERM to `process` once ENVIRONMENT_FILE is not what ENVIRONMENT_READ says any more.

    A thread looks. Without these variables, as everywhere but in a container of the local suite,
    nothing is looked at.
    """
    path, read = os.environ.get("ENVIRONMENT_FILE"), os.environ.get("ENVIRONMENT_READ")
    if path and read:
        threading.Thread(target=_look, args=(Path(path), read, process), daemon=True).start()


def _look(path: Path, read: str, process: int) -> None:
    pause = threading.Event()
    while _is(path, read):
        pause.wait(_LOOK_SECONDS)
    log.info("environment changed: stopping, to be started again with the new one")
    os.kill(process, signal.SIGTERM)


def _is(path: Path, read: str) -> bool:
    """Say whether the file is what was read; one that cannot be read just now is."""
    try:
        return fingerprint(path.read_bytes()) == read
    except OSError:
        return True
