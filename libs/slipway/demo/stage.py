"""Showing the steps with their times: with colours and a spinner on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

_WIDTH = 46


@dataclass
class StepReport:
    """What there is to say about one step once it is done."""

    facts: list[str] = field(default_factory=list)

    def say(self, fact: str) -> None:
        """Add a line below the step."""
        self.facts.append(fact)


class Stage:
    """Prints steps as they end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.perf_counter()
        self.count = 0
        self.left_out = 0

    @contextmanager
    def step(self, title: str) -> Iterator[StepReport]:
        """Run the body as one step; what it raises goes on, after the step is shown as failed."""
        step, started = StepReport(), time.perf_counter()
        spinner = self._console.status(Text(title)) if self._console.is_terminal else nullcontext()
        try:
            with spinner:
                yield step
        except BaseException:
            self._show("failed", "bold red", title, started, step)
            raise
        self.count += 1
        self._show("ok", "bold green", title, started, step)

    def leave_out(self, title: str, why: str) -> None:
        """Show a step that is not taken, and why."""
        self._console.print(Text.assemble((f"{'left out':<9}", "bold yellow"), title))
        self._console.print(Text(f"       {why}", style="dim"))
        self.left_out += 1

    def seconds(self) -> float:
        """Return the time since the beginning."""
        return time.perf_counter() - self._began

    def _show(self, outcome: str, style: str, title: str, started: float, step: StepReport) -> None:
        milliseconds = (time.perf_counter() - started) * 1000
        self._console.print(
            Text.assemble(
                (f"{outcome:<7}", style), f"{title:<{_WIDTH}}", (f"{milliseconds:>8.0f} ms", "cyan")
            )
        )
        for fact in step.facts:
            self._console.print(Text(f"       {fact}", style="dim"))
