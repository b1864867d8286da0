"""Events as AWS sends them, and the context that comes with each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_EVENTS = Path(__file__).with_name("events")


def event(name: str) -> dict[str, Any]:
    """Return the event of that name."""
    found: dict[str, Any] = json.loads((_EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


class Context:
    """What Lambda tells of a call: how much time is left."""

    def __init__(self, milliseconds: int = 30_000) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        """Return it."""
        return self._milliseconds
