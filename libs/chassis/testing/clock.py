"""A clock that stands still until it is told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Call it for the time as a datetime; `timestamp()` gives epoch seconds."""

    def __init__(self, now: datetime = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def timestamp(self) -> float:
        """Return the time in epoch seconds."""
        return self.now.timestamp()

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self.now += timedelta(seconds=seconds)
