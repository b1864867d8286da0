"""`edge-key`: the keys that paid content is signed with."""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import click
from rich.table import Table

from slipway.commands import context
from slipway.commands.context import suite as present_suite
from slipway.deploy import edge_key, variables
from slipway.deploy.aws import AwsAccount, check_place
from slipway.local import lifecycle
from slipway.local.suite import Suite
from slipway.settings.edge_keys import EdgeKeys
from slipway.settings.isolation import ignore_user_settings
from slipway.terminal import console
from slipway.terminal.progress import shown

_KEY_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


@click.group()
@click.pass_context
def command(chosen: click.Context) -> None:
    """List and change the keys that paid content is signed with.

    The edge trusts several at a time, so that a key is changed while old links still open.
    """
    if chosen.invoked_subcommand != "make":
        ignore_user_settings()


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_keys(*, as_json: bool) -> None:
    """Show the keys that the edge of this machine's suite trusts, and which one services sign with."""
    keys = _keys(present_suite()).trusted()
    if as_json:
        console.out.print_json(json.dumps([asdict(key) for key in keys]))
        return
    table = Table("key", "group", "", box=None, pad_edge=False, header_style="dim")
    for key in keys:
        table.add_row(key.id, key.group, "signs" if key.signs else "")
    console.out.print(table)


@command.command()
def rotate() -> None:
    """Sign with a new key from now on. What the present one has signed goes on opening until `retire`."""
    suite = present_suite()
    with lifecycle.locked(suite, "edge-key"):
        fresh = _keys(suite).trust_next()
        _apply()
        before = _keys(suite).sign_with_next()
        _apply()
    console.say(f"Services sign with {fresh} now; the edge trusts {before} too.", "bold green")
    console.say(f"\nNext, once no link of {before} is to open any more: ./slipway edge-key retire {before}")


@command.command()
@click.argument("key", metavar="KEY")
def retire(key: str) -> None:
    """Trust KEY no longer: links and cookies that it has signed end at once."""
    suite = present_suite()
    with lifecycle.locked(suite, "edge-key"):
        _keys(suite).retire(key)
        _apply()
    console.say(f"The edge does not trust {key} any more.", "bold green")


def _key_name(_context: click.Context, _parameter: click.Parameter, given: str) -> str:
    if not _KEY_NAME.fullmatch(given):
        raise click.BadParameter(f"{given!r} has other characters than letters, digits, - and _, or over 40")
    return given


@command.command()
@click.argument("environment")
@click.argument("name", callback=_key_name)
def make(environment: str, name: str) -> None:
    """In AWS: make the key NAME of ENVIRONMENT, and print what Terraform is to be told of it.

    Its private half goes to Secrets Manager and is shown nowhere. Again, it prints the same key.
    """
    found = variables.read(context.ROOT / "infra" / "terraform" / "environments", environment)
    aws = AwsAccount(found.region)
    check_place(aws, found, changing=True)
    key = edge_key.make(aws, found, name)
    console.say(
        f"\nLet CloudFront trust it, beside the keys that are there ({found.file.name}), and apply:\n"
    )
    click.echo(key.trusting)
    console.say("\nThen, with another apply, let the services sign with it:\n")
    click.echo(key.signing)


def _keys(suite: Suite) -> EdgeKeys:
    suite.layout.make()
    return EdgeKeys(suite.layout.secrets, suite.state / "edge-keys")


def _apply() -> None:
    """Let a suite that runs go by the present files; one that is down reads them when it starts."""
    suite = present_suite()
    if suite.daemon.connect() is not None:
        with shown(console.out, live=True) as progress:
            lifecycle.up(suite, progress)
