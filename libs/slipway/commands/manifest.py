"""`manifest`: checking the services' manifests, and their JSON Schema."""

from __future__ import annotations

import click

from slipway.commands import context
from slipway.manifest import ManifestError, load_all
from slipway.manifest import schema as manifest_schema
from slipway.terminal import console
from slipway.terminal.problems import FAILED, Problem


@click.group()
def command() -> None:
    """Check the services' manifests; write their JSON Schema."""


@command.command()
def check() -> None:
    """Read every services/*/service.yaml and say, with file and line, what is wrong."""
    try:
        manifests = load_all(context.ROOT)
    except ManifestError as error:
        raise Problem(str(error), next_step="correct the lines named", code=FAILED) from error
    console.say(f"Manifests passed: {', '.join(manifests)}.")


@command.command()
@click.option("--write", is_flag=True, help="Write it to its place in the repository.")
def schema(*, write: bool) -> None:
    """Print the JSON Schema of service.yaml, for editors and other readers."""
    if write:
        manifest_schema.PATH.write_text(manifest_schema.text(), encoding="utf-8")
        console.say(f"wrote {manifest_schema.PATH.relative_to(context.ROOT)}")
    else:
        console.say(manifest_schema.text().rstrip())
