"""`logs`: what the parts have written."""

from __future__ import annotations

from pathlib import Path

import click

from slipway.commands.context import suite as present_suite
from slipway.state.layout import Layout
from slipway.state.logfiles import follow, tail
from slipway.terminal import console
from slipway.terminal.problems import USAGE, Problem


@click.command()
@click.argument("name", required=False)
@click.option("-f", "--follow", "keep_on", is_flag=True, help="Go on printing as lines are written.")
@click.option(
    "-n", "--lines", default=40, show_default=True, type=click.IntRange(0), help="How many of the last lines."
)
def command(name: str | None, lines: int, *, keep_on: bool) -> None:
    """Print the last lines of one part's log, or of all.

    NAME is a part as `./slipway status` lists it.
    """
    layout = present_suite().layout
    paths = [_log(layout, name)] if name else sorted(layout.logs.glob("*.log"))
    for path in paths:
        for line in tail(path, lines):
            _print(path, line, named=len(paths) > 1)
    if keep_on:
        try:
            for path, line in follow(paths):
                _print(path, line, named=len(paths) > 1)
        except KeyboardInterrupt:
            return


def _log(layout: Layout, name: str) -> Path:
    path = layout.log(name)
    known = sorted(file.stem for file in layout.logs.glob("*.log"))
    if name not in known:
        raise Problem(
            f"there is no log of {name!r}", next_step=f"one of: {', '.join(known) or 'none yet'}", code=USAGE
        )
    return path


def _print(path: Path, line: str, *, named: bool) -> None:
    console.say(f"{path.stem:<14} {line}" if named else line)
