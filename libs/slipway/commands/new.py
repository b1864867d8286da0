"""`new`: a service in one command."""

from __future__ import annotations

import sys
import time

import click

from slipway.commands import context
from slipway.scaffold import Choices, Naming, create
from slipway.terminal import console


@click.command()
@click.argument("name")
@click.option("--noun", help="What it keeps, singular/plural: order/orders. Follows from NAME if left out.")
@click.option("--description", help="One sentence for its README, manifest and API document.")
@click.option(
    "--publishes/--no-publishes",
    default=None,
    help="Tell others of each change by an event, through an outbox.",
)
def command(name: str, noun: str | None, description: str | None, *, publishes: bool | None) -> None:
    """Make a service NAME that works at once: its API over a DynamoDB table, its worker, its tests.

    It gets the calls to list, create, get, change and delete its noun, for each account its own. Nothing
    outside services/NAME names it but the Compose files, which are written anew. Asked at a terminal
    for what is not said here.
    """
    started = time.monotonic()
    naming = Naming.of(name, noun)
    choices = Choices(
        naming,
        description or _ask_description(naming),
        _ask_publishes() if publishes is None else publishes,
    )
    folder = create(context.ROOT, choices, lambda step: console.say(f"ok     {step}"))
    console.say(
        f"\n{folder.relative_to(context.ROOT)} is ready, in {time.monotonic() - started:.1f} s.", "bold green"
    )
    console.say(f"Next: ./slipway test services/{name}, then ./slipway up")


def _ask_description(naming: Naming) -> str:
    usual = f"The {naming.plural.replace('_', ' ')} of each account."
    return str(click.prompt("What is it for?", default=usual)) if _can_ask() else usual


def _ask_publishes() -> bool:
    return _can_ask() and bool(click.confirm("Tell others of each change by an event?", default=False))


def _can_ask() -> bool:
    return sys.stdin.isatty()
