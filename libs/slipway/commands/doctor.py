"""`doctor`: what is missing on this machine and how to get it."""

from __future__ import annotations

import click
from rich.text import Text

from slipway.commands.context import suite as present_suite
from slipway.local.diagnosis import Finding, examine
from slipway.terminal import console
from slipway.terminal.problems import MISSING, OK


@click.command()
def command() -> int:
    """Look for everything the suite needs and say what is missing and how to get it.

    Exit code 0 when the suite can run here, 69 otherwise.
    """
    suite = present_suite()
    blocked = False
    for finding in examine(suite, running=suite.daemon.connect() is not None):
        _print(finding)
        blocked = blocked or (finding.needed and not finding.fine)
    console.say()
    if blocked:
        console.say("Something is missing; see above.", "bold red")
        return MISSING
    console.say("Everything is there. Next: ./slipway up", "bold green")
    return OK


def _print(finding: Finding) -> None:
    word, style = (
        ("ok", "green") if finding.fine else ("missing", "red") if finding.needed else ("absent", "yellow")
    )
    console.out.print(Text.assemble((f"{word:<8}", style), f"{finding.subject:<16} {finding.detail}"))
    if finding.next_step:
        console.out.print(Text(f"        next: {finding.next_step}", style="bold"))
