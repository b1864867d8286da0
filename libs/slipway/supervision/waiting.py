"""Asking again and again until something is so or time is up."""

from __future__ import annotations

import time
from collections.abc import Callable

_PAUSE = 0.03


def until(is_so: Callable[[], bool], seconds: float, *, pause: float = _PAUSE) -> bool:
    """Return True as soon as `is_so` does, False when `seconds` have passed; it is asked at least once."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
