"""`compose`: the compose files, which are written from the manifests."""

from __future__ import annotations

import click

from slipway.commands.context import ROOT
from slipway.compose import files
from slipway.manifest import load_all
from slipway.terminal import console
from slipway.terminal.problems import FAILED, OK


@click.command()
@click.option("--write", is_flag=True, help="Write docker-compose.yml and compose/dev.yml.")
def command(*, write: bool) -> int:
    """Compare the compose files with the manifests, or write them.

    Exit code 1 when one differs.
    """
    manifests = load_all(ROOT)
    if write:
        files.write(ROOT, manifests)
        console.say(f"wrote {' and '.join(files.FILES)}")
        return OK
    differing = files.differing(ROOT, manifests)
    for name in differing:
        console.say(f"{name} differs from the manifests", "red")
    if differing:
        console.say("Next: ./slipway compose --write")
        return FAILED
    return OK
