"""Asking again and again, soon at first and then less often, until an answer has come or time is up."""

from __future__ import annotations

import time
from collections.abc import Iterator

_FIRST, _LONGEST, _GROWTH = 0.5, 10.0, 1.5


def poll(seconds: float) -> Iterator[float]:
    """Yield the seconds that have passed, at once and after ever longer pauses; end after `seconds`."""
    started, pause = time.monotonic(), _FIRST
    while (passed := time.monotonic() - started) < seconds:
        yield passed
        time.sleep(max(0.0, min(pause, started + seconds - time.monotonic())))
        pause = min(pause * _GROWTH, _LONGEST)
