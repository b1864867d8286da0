"""`down`: stop everything; state stays."""

from __future__ import annotations

import click

from slipway.commands.context import suite as present_suite
from slipway.local import lifecycle
from slipway.terminal import console
from slipway.terminal.progress import shown


@click.command()
def command() -> None:
    """Stop every part, finishing what is in hand; all state is kept."""
    suite = present_suite()
    with lifecycle.locked(suite, "down"), shown(console.out, live=True) as progress:
        was_up = lifecycle.down(suite, progress)
    console.say("Down." if was_up else "Nothing was running.")
