"""`demo`: the main job end to end, shown."""

from __future__ import annotations

from pathlib import Path

import click

from slipway import console
from slipway.commands.context import suite as present_suite
from slipway.demo import story
from slipway.demo.client import Address, Api, NothingRuns, Wrong
from slipway.demo.stage import Stage
from slipway.problems import MISSING, Problem


@click.command()
@click.option("--base-domain", help="Domain of the suite's subdomains; by default that of the suite here.")
@click.option("--port", type=click.IntRange(1, 65535), help="Its port; 443 with --base-domain.")
@click.option(
    "--ca", type=click.Path(path_type=Path, exists=True), help="The certificate that signs its own."
)
@click.option("--keep", is_flag=True, help="Do not delete the account in the end.")
def command(base_domain: str | None, port: int | None, ca: Path | None, *, keep: bool) -> None:
    """Sign up, write and read to-dos, upload a photograph, and delete the account again.

    Each step is shown with its time; thumbnails are saved under .slipway/demo. Works against
    any running suite. Exit code 1 when a step goes wrong, 69 when nothing is running.
    """
    suite = present_suite()
    folder = suite.state / "demo"
    if base_domain is None:
        root = suite.layout.authority / "root.pem"
        address = Address(suite.settings.domain, port or suite.settings.port, ca or _existing(root))
    else:
        address = Address(base_domain, port or 443, ca)
    stage = Stage(console.out)
    try:
        with address.resolving():
            anna = story.run(stage, Api(address), folder, keep=keep)
    except NothingRuns as error:
        raise Problem(
            f"nothing answers at {error}", next_step="run ./slipway up first", code=MISSING
        ) from error
    except Wrong as error:
        identified = f"\nrequest id: {error.request_id}" if error.request_id else ""
        raise Problem(f"{error.reason}{identified}", next_step="./slipway logs, ./slipway status") from error
    console.say(f"\nAll {stage.count} steps are right, in {stage.seconds():.1f} s.", "bold green")
    console.say(f"The thumbnails are in {folder}.")
    if keep:
        console.say(f"The account stays: {anna.email}, password {anna.password}")


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None
