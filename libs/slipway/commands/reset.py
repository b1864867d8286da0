"""`reset`: throw all local state away."""

from __future__ import annotations

import click

from slipway.commands.context import suite as present_suite
from slipway.local import lifecycle
from slipway.terminal import console
from slipway.terminal.progress import shown


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(*, yes: bool) -> None:
    """Stop the suite and delete everything it has stored: accounts, to-dos, files, queues, secrets, logs.

    The certificate authority stays, so it need not be trusted again.
    """
    suite = present_suite()
    if not yes:
        click.confirm(f"Delete all data below {suite.state}?", abort=True)
    with lifecycle.locked(suite, "reset"), shown(console.out, live=True) as progress:
        lifecycle.down(suite, progress)
        lifecycle.reset(suite)
    console.say("Everything is deleted. Next: ./slipway up")
