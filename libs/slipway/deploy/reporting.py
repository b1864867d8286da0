"""What a deployment says while it works: its steps, and every command as one could type it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from slipway.terminal import console


@contextmanager
def step(title: str) -> Iterator[None]:
    """Name what is being done, and say how long it took when it is done."""
    console.say(f"\n{title}", "bold")
    started = time.monotonic()
    yield
    console.say(f"{title}: done in {time.monotonic() - started:.0f} s", "green")


def show_command(words: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Print a command line that does what is about to be done. Callers leave secrets out of it."""
    given = "".join(f"{name}={shlex.quote(value)} " for name, value in (environment or {}).items())
    console.say(f"$ {given}{shlex.join(words)}", "dim")


def note(text: str) -> None:
    """Print one fact."""
    console.say(f"  {text}")
