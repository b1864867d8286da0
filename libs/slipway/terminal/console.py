"""What the command line writes to; colours and redrawing only on a terminal."""

from __future__ import annotations

import os

from rich.console import Console
from rich.table import Table
from rich.text import Text

out = Console(highlight=False, soft_wrap=True, no_color="NO_COLOR" in os.environ or None)
err = Console(stderr=True, highlight=False, soft_wrap=True, no_color="NO_COLOR" in os.environ or None)
_UNBOUNDED = 100_000


def say(text: str = "", style: str = "") -> None:
    """Print a line to standard output, taken literally."""
    out.print(Text(text, style=style))


def new_table(*titles: str) -> Table:
    """Return an empty table in the style of all of them, with columns of these titles."""
    return Table(*titles, box=None, pad_edge=False, header_style="dim")


def print_table(table: Table) -> None:
    """Print a table: as wide as it must be where no terminal bounds it."""
    (out if out.is_terminal else Console(file=out.file, width=_UNBOUNDED)).print(table)


def print_problem(what: str, next_step: str) -> None:
    """Print what went wrong and what to do next to standard error."""
    head, _, rest = what.partition("\n")
    err.print(Text.assemble(("slipway: ", "bold red"), head))
    if rest:
        err.print(Text(rest, style="dim"))
    if next_step:
        err.print(Text.assemble(("next: ", "bold"), next_step))
