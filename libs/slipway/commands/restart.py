"""`restart`: stop and start single parts."""

from __future__ import annotations

import click

from slipway.commands.context import suite as present_suite
from slipway.local import lifecycle
from slipway.terminal import console
from slipway.terminal.problems import USAGE, Problem
from slipway.terminal.progress import shown


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def command(names: tuple[str, ...]) -> None:
    """Restart parts of the running suite, with their present code and settings.

    NAME is a part as `./slipway status` lists it.
    """
    suite = present_suite()
    known = {part.name for part in suite.parts}
    for name in names:
        if name not in known:
            raise Problem(
                f"there is no part {name!r}", next_step=f"one of: {', '.join(sorted(known))}", code=USAGE
            )
    with lifecycle.locked(suite, "restart"), shown(console.out, live=True) as progress:
        lifecycle.restart(suite, names, progress)
