"""`new`: a service in one command."""

from __future__ import annotations

import sys
import time
from typing import get_args

import click

from slipway.commands import context
from slipway.manifest import load_all
from slipway.scaffold import Choices, Naming, Store, create, subscriptions, usual_noun
from slipway.terminal import console


@click.command()
@click.argument("name")
@click.option("--noun", help="What it keeps, singular/plural: order/orders. Follows from NAME if left out.")
@click.option("--description", help="One sentence for its README, manifest and API document.")
@click.option(
    "--store",
    type=click.Choice(get_args(Store)),
    help="Where its noun is kept. With `none` it keeps nothing: one call, answered from what it is told.",
)
@click.option("--cache/--no-cache", default=None, help="Put Redis in front of the store.")
@click.option(
    "--worker/--no-worker",
    default=None,
    help="Have a process beside the API. Follows from the other choices: a store and events need one.",
)
@click.option(
    "--publishes/--no-publishes",
    default=None,
    help="Tell others of each change by an event, through an outbox.",
)
@click.option(
    "--subscribes",
    metavar="TOPIC:EVENT",
    multiple=True,
    help="Hear an event of another service, such as users-events:users.account.created.v1. May be repeated.",
)
@click.option("--public/--no-public", default=None, help="Let everybody read, without a token.")
def command(
    name: str,
    *,
    noun: str | None,
    description: str | None,
    store: Store | None,
    cache: bool | None,
    worker: bool | None,
    publishes: bool | None,
    subscribes: tuple[str, ...],
    public: bool | None,
) -> None:
    """Make a service NAME that works at once: its API over a store, its worker, its tests.

    It gets the calls to list, create, get, change and delete its noun, for each account its own. Nothing
    outside services/NAME names it but the Compose files, which are written anew. Asked at a terminal
    for what is not said here.
    """
    started = time.monotonic()
    naming = Naming.of(name, noun or _ask_noun(name))
    manifests = load_all(context.ROOT)
    heard = subscriptions(subscribes, manifests)
    description = description or _ask_description(naming)
    store = store or _ask_store()
    keeps = store != "none"
    choices = Choices(
        naming,
        description,
        store,
        cache=_ask("Put Redis in front of the store?", cache, when=keeps),
        worker=worker,
        publishes=_ask("Tell others of each change by an event?", publishes, when=keeps),
        public=_ask("Let everybody read, without a token?", public),
        subscribes=heard or subscriptions(_ask_subscriptions(), manifests),
    )
    folder = create(context.ROOT, choices, lambda step: console.say(f"ok     {step}"))
    console.say(
        f"\n{folder.relative_to(context.ROOT)} is ready, in {time.monotonic() - started:.1f} s.", "bold green"
    )
    console.say(f"Next: ./slipway test services/{name}, then ./slipway up")


def _ask_noun(name: str) -> str:
    usual = usual_noun(name)
    return str(click.prompt("What is it about? (singular/plural)", default=usual)) if _can_ask() else usual


def _ask_description(naming: Naming) -> str:
    usual = f"The {naming.plural.replace('_', ' ')} of each account."
    return str(click.prompt("What is it for?", default=usual)) if _can_ask() else usual


def _ask_store() -> Store:
    usual: Store = "dynamodb"
    if not _can_ask():
        return usual
    answer: Store = click.prompt(
        "Where is it kept?", default=usual, type=click.Choice(get_args(Store)), show_choices=True
    )
    return answer


def _ask_subscriptions() -> list[str]:
    question = "Which events of others does it hear? (TOPIC:EVENT, with spaces between)"
    return str(click.prompt(question, default="", show_default=False)).split() if _can_ask() else []


def _ask(question: str, told: bool | None, *, when: bool = True) -> bool:
    """Return what was told; asked where nothing was and a person is there, and no otherwise."""
    if told is not None:
        return told
    return when and _can_ask() and bool(click.confirm(question, default=False))


def _can_ask() -> bool:
    return sys.stdin.isatty()
