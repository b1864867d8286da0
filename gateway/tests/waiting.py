"""Waiting for what happens by itself."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(check: Callable[[], object]) -> bool:
    """Say whether `check` comes true within a minute."""
    deadline = time.monotonic() + 60
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
