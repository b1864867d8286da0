"""`demo`: the main job end to end, shown."""

from __future__ import annotations

from pathlib import Path

import click

from slipway.commands.context import suite as present_suite
from slipway.demo import story
from slipway.demo.client import Address, Api, NothingRuns, Wrong
from slipway.demo.stage import Stage
from slipway.terminal import console
from slipway.terminal.problems import MISSING, Problem


@click.command()
@click.option(
    "--base-domain",
    envvar="SLIPWAY_BASE_DOMAIN",
    help="Domain of the suite's subdomains; by default that of the suite here.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), envvar="SLIPWAY_PORT", help="Its port; 443 with --base-domain."
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path, exists=True),
    envvar="SLIPWAY_CA",
    help="The certificate that signs its own.",
)
@click.option("--address", envvar="SLIPWAY_ADDRESS", help="Where its names are, if no resolver knows them.")
@click.option(
    "--enforces-iam/--no-enforces-iam",
    envvar="SLIPWAY_ENFORCES_IAM",
    default=None,
    help="Whether its storage enforces IAM; found out for suites of this machine. Where not, that is said.",
)
@click.option("--keep", is_flag=True, help="Do not delete the account in the end.")
def command(
    base_domain: str | None,
    port: int | None,
    ca: Path | None,
    address: str | None,
    *,
    enforces_iam: bool | None,
    keep: bool,
) -> None:
    """Sign up, write and read to-dos, upload a photograph, and delete the account again.

    Each step is shown with its time; thumbnails are saved under .slipway/demo. Works against
    any running suite. Exit code 1 when a step goes wrong, 69 when nothing is running.
    """
    suite = present_suite()
    folder = suite.state / "demo"
    if base_domain is None:
        domain, usual_port = suite.settings.domain, suite.settings.port
        # The suite of this checkout does, unless a certificate says that another one is meant.
        enforces = True if enforces_iam is None and ca is None else enforces_iam
        ca = ca or _existing(suite.layout.authority / "root.pem")
    else:
        domain, usual_port, enforces = base_domain, 443, enforces_iam
    where = Address(domain, port or usual_port, ca, address, enforces)
    stage = Stage(console.out)
    try:
        with where.resolving():
            anna = story.run(stage, Api(where), folder, keep=keep)
    except NothingRuns as error:
        raise Problem(
            f"nothing answers at {error}", next_step="run ./slipway up first", code=MISSING
        ) from error
    except Wrong as error:
        identified = f"\nrequest id: {error.request_id}" if error.request_id else ""
        raise Problem(f"{error.reason}{identified}", next_step="./slipway logs, ./slipway status") from error
    console.say(f"\nAll {stage.count} steps passed, in {stage.seconds():.1f} s.", "bold green")
    if stage.left_out:
        console.say(f"{stage.left_out} left out, for the reason said above.", "bold yellow")
    console.say(f"The thumbnails are in {folder}.")
    if keep:
        console.say(f"The account stays: {anna.email}, password {anna.password}")


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None
