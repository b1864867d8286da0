"""`check`: everything that can be said of the code without running it."""

from __future__ import annotations

import time

import click
from rich.text import Text

from slipway.checkout import advisories
from slipway.checkout.checks import Step, steps
from slipway.commands import context
from slipway.terminal import console
from slipway.terminal.problems import FAILED, OK


@click.command()
@click.option("--fix", is_flag=True, help="Put right what can be put right, then check.")
@click.option(
    "--advisories",
    "only_advisories",
    is_flag=True,
    help="Only ask whether what is locked has known vulnerabilities; without a network it says so.",
)
def command(*, fix: bool, only_advisories: bool) -> int:
    """Check manifests, shell scripts, lint, format, types, and that generated files are current.

    Exit code 0 when all is well, 1 otherwise.
    """
    chosen = [Step("advisories", _advisories)] if only_advisories else steps(context.ROOT)
    failed = [step.name for step in chosen if not _passes(step, fix=fix)]
    console.say()
    if failed:
        console.say(f"Failed: {', '.join(failed)}.", "bold red")
        return FAILED
    console.say("All checks passed.", "bold green")
    return OK


def _advisories() -> str:
    return advisories.known(context.ROOT)


def _passes(step: Step, *, fix: bool) -> bool:
    started = time.monotonic()
    if fix and step.fix:
        step.fix()
    try:
        problem = step.run()
        word, style = ("failed", "red") if problem else ("ok", "green")
    except advisories.NotChecked as reason:
        problem, word, style = "", "skipped", "yellow"
        console.say(f"    not checked: {reason}", "yellow")
    seconds = time.monotonic() - started
    console.out.print(Text.assemble((f"{word:<8}", style), f"{step.name:<18} {seconds:5.1f} s"))
    if problem:
        console.say("\n".join(f"    {line}" for line in problem.splitlines()))
    return not problem
