"""`remove`: a service goes."""

from __future__ import annotations

import sys

import click

from slipway.commands import context
from slipway.scaffold import remove
from slipway.terminal import console
from slipway.terminal.problems import USAGE, Problem


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(name: str, *, yes: bool) -> None:
    """Delete the folder of service NAME, and take it out of the Compose files.

    What it stored stays where it is. Refused while another service subscribes to its events.
    """
    if not yes:
        if not sys.stdin.isatty():
            raise Problem(
                "cannot ask for confirmation: standard input is not a terminal",
                next_step=f"./slipway remove {name} --yes",
                code=USAGE,
            )
        click.confirm(f"Delete services/{name} with everything in it?", abort=True)
    remove(context.ROOT, name)
    console.say(f"services/{name} is gone. Next: ./slipway up, which stops it where it runs.")
