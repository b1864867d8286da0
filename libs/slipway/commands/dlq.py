"""`dlq`: the messages that no worker could deal with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from botocore.exceptions import BotoCoreError, ClientError

from slipway.commands.context import suite as present_suite
from slipway.deadletters.letters import DeadLetters
from slipway.deadletters.queues import DeadLetterQueue, named, queues_of
from slipway.deadletters.records import ParkedRecords, TableStream, streams_of
from slipway.local import resources
from slipway.local.suite import Suite
from slipway.provision.accounts import Clients
from slipway.terminal import console
from slipway.terminal.problems import Problem


@click.group()
def command() -> None:
    """List, show, send again or delete messages that no worker could deal with.

    QUEUE is a dead-letter queue as `dlq list` names it, or the queue that it belongs to. What of a table's
    stream could not be dealt with is in `TABLE-stream-dlq`.
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_queues(*, as_json: bool) -> None:
    """Show every dead-letter queue of the suite with the number of its messages."""
    suite = present_suite()
    with _connected(suite) as clients:
        counts = {queue: _letters(suite, clients, queue).count() for queue in _all(suite)}
    if as_json:
        rows = [
            {"queue": queue.name, "source": queue.source, "service": queue.service, "messages": count}
            for queue, count in counts.items()
        ]
        console.out.print_json(json.dumps(rows))
        return
    table = console.new_table("queue", "service", "messages")
    for queue, count in counts.items():
        table.add_row(queue.name, queue.service, str(count), style="yellow" if count else "")
    console.print_table(table)


@command.command()
@click.argument("queue")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def show(queue: str, limit: int, *, as_json: bool) -> None:
    """Show the messages of QUEUE, the oldest first, each with the reason that its worker gave."""
    suite = present_suite()
    wanted = named(_all(suite), queue)
    with _connected(suite) as clients:
        letters = _letters(suite, clients, wanted).read(limit)
    if as_json:
        console.out.print_json(json.dumps([asdict(letter) for letter in letters]))
        return
    for letter in letters:
        console.say(f"{letter.id}  {letter.sent_at}", "bold")
        console.say(f"  {letter.reason or 'no reason: it was tried as often as its queue allows'}", "yellow")
        console.say(f"  {letter.body}\n")
    console.say(f"{len(letters)} messages are shown." if letters else f"{wanted.name} is empty.")


@command.command()
@click.argument("queue")
@click.argument("ids", nargs=-1, metavar="[ID]...")
def redrive(queue: str, ids: tuple[str, ...]) -> None:
    """Send messages of QUEUE to its worker again: those with an ID given, else all."""
    suite = present_suite()
    wanted = named(_all(suite), queue)
    with _connected(suite) as clients:
        moved = _letters(suite, clients, wanted).redrive(ids)
    console.say(f"{moved} messages are in {wanted.source} again.")


@command.command()
@click.argument("queue")
@click.argument("letter_id", metavar="ID")
def discard(queue: str, letter_id: str) -> None:
    """Delete the message ID of QUEUE for good."""
    suite = present_suite()
    wanted = named(_all(suite), queue)
    with _connected(suite) as clients:
        _letters(suite, clients, wanted).discard(letter_id)
    console.say(f"{letter_id} is deleted.")


@contextmanager
def _connected(suite: Suite) -> Iterator[Clients]:
    """Give clients of the suite's emulated AWS. Raises Problem when it does not run or refuses a call."""
    if suite.daemon.connect() is None:
        raise Problem("the suite does not run", next_step="start it: ./slipway up")
    try:
        yield Clients(resources.target(suite.emulator))
    except (BotoCoreError, ClientError) as error:
        raise Problem(
            f"the emulated AWS refused a call: {error}", next_step="run `./slipway status`, then `up`"
        ) from error


def _all(suite: Suite) -> list[DeadLetterQueue | TableStream]:
    return [*queues_of(suite.manifests), *streams_of(suite.manifests)]


def _letters(
    suite: Suite, clients: Clients, queue: DeadLetterQueue | TableStream
) -> DeadLetters | ParkedRecords:
    if isinstance(queue, TableStream):
        return ParkedRecords(clients.dynamodb, queue)
    target = resources.target(suite.emulator)
    return DeadLetters(clients.sqs, queue, lambda name: f"{target.endpoint_url}/{target.account}/{name}")
