"""`lock`: pinning every requirement, with hashes."""

from __future__ import annotations

import click

from slipway.checkout import locking
from slipway.commands import context
from slipway.terminal import console


@click.command()
@click.option("--upgrade", is_flag=True, help="Take the newest versions; otherwise present pins are kept.")
def command(*, upgrade: bool) -> None:
    """Resolve every .in file anew and write the locked .txt beside it.

    What goes into containers is constrained by requirements/dev.txt, so that what is tested is what ships.
    """
    for lock in locking.locks(context.ROOT):
        locking.write(context.ROOT, lock, ["--upgrade"] if upgrade else [])
        console.say(f"locked {lock.target}")
