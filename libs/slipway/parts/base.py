"""The answers that most parts give alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from slipway.state.layout import Layout
from slipway.supervision.program import StopSignal


@dataclass(frozen=True)
class PartDefaults:
    """The answers most parts give; a part overrides what differs."""

    needs: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def stop_signal(self) -> StopSignal:
        return "TERM"

    @property
    def stop_seconds(self) -> int:
        return 10

    @property
    def start_timeout(self) -> float:
        return 120.0

    def after_start(self) -> None:
        """Nothing to do."""


@dataclass(frozen=True)
class Listening(PartDefaults):
    """A part that listens on a port of the loopback address."""

    layout: Layout
    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"
