"""`openapi`: the services' OpenAPI documents."""

from __future__ import annotations

import click

from slipway.checkout import openapi
from slipway.commands import context
from slipway.manifest import load_all
from slipway.terminal import console
from slipway.terminal.problems import FAILED, OK, USAGE, Problem


@click.command()
@click.argument("names", nargs=-1, metavar="[SERVICE]...")
@click.option("--write", is_flag=True, help="Write them to services/<name>/openapi.yaml.")
def command(names: tuple[str, ...], *, write: bool) -> int:
    """Compare the committed OpenAPI documents with what the code says, or write them.

    Exit code 1 when one differs.
    """
    known = list(load_all(context.ROOT))
    unknown = set(names) - set(known)
    if unknown:
        raise Problem(
            f"no such service: {', '.join(sorted(unknown))}",
            next_step=f"one of: {', '.join(known)}",
            code=USAGE,
        )
    differing = []
    for name in names or known:
        if write:
            openapi.write(context.ROOT, name)
            console.say(f"wrote {openapi.path(context.ROOT, name).relative_to(context.ROOT)}")
        elif not openapi.is_current(context.ROOT, name):
            differing.append(name)
            console.say(
                f"{openapi.path(context.ROOT, name).relative_to(context.ROOT)} differs from the code", "red"
            )
    if differing:
        console.say("Next: ./slipway openapi --write")
        return FAILED
    return OK
