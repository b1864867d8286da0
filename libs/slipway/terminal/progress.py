"""Showing how a start goes: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from slipway.terminal.console import new_table

State = Literal["waiting", "working", "ready", "failed", "skipped"]

_STYLES: dict[State, str] = {
    "waiting": "dim",
    "working": "yellow",
    "ready": "green",
    "failed": "bold red",
    "skipped": "dim",
}


class Progress(Protocol):
    """Told by the starter, from any thread, what becomes of each step."""

    def expect(self, names: Sequence[str]) -> None:
        """These are the steps, in the order to show them."""

    def report(self, name: str, state: State, detail: str = "") -> object:
        """Step `name` is now in `state`; `detail` is an address, what was done, or what went wrong."""


@dataclass
class _Row:
    state: State = "waiting"
    detail: str = ""
    started: float | None = None
    seconds: float | None = None


class _Rows:
    """The steps' states with their times."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rows: dict[str, _Row] = {}

    def expect(self, names: Sequence[str]) -> None:
        with self.lock:
            self.rows.update({name: _Row() for name in names if name not in self.rows})

    def report(self, name: str, state: State, detail: str = "") -> _Row:
        with self.lock:
            row = self.rows.setdefault(name, _Row())
            now = time.monotonic()
            if row.started is None:
                row.started = now
            row.state, row.detail = state, detail or row.detail
            if state in {"ready", "failed"}:
                row.seconds = now - row.started
            return row


class LiveTable(_Rows):
    """A table that redraws itself."""

    def __rich__(self) -> Table:
        table = new_table()
        for title in ("part", "state", "time", ""):
            table.add_column(title, justify="right" if title == "time" else "left")
        with self.lock:
            for name, row in self.rows.items():
                seconds = row.seconds if row.seconds is not None else _since(row)
                time_text = "" if seconds is None else f"{seconds:.1f} s"
                table.add_row(name, Text(row.state, style=_STYLES[row.state]), time_text, Text(row.detail))
        return table


class PlainLines(_Rows):
    """A line for each step that ends."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def report(self, name: str, state: State, detail: str = "") -> _Row:
        row = super().report(name, state, detail)
        if state in {"ready", "failed"}:
            line = f"{name:<18} {state:<7} {row.seconds or 0:5.1f} s  {detail}".rstrip()
            self._console.print(Text(line), soft_wrap=True)
        return row


class Silent(_Rows):
    """Shows nothing."""


@contextmanager
def shown(console: Console, *, live: bool) -> Iterator[LiveTable | PlainLines]:
    """Give a progress display for the time of the body."""
    if not (live and console.is_terminal):
        yield PlainLines(console)
        return
    table = LiveTable()
    with Live(table, console=console, refresh_per_second=10, transient=False):
        yield table


def _since(row: _Row) -> float | None:
    return None if row.started is None else time.monotonic() - row.started
