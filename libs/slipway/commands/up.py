"""`up`: start everything and wait until it is healthy."""

from __future__ import annotations

import re
import time
from typing import get_args

import click

from slipway.commands import context
from slipway.commands.context import suite as present_suite
from slipway.local import lifecycle
from slipway.local.diagnosis import require_platform
from slipway.manifest import load_all
from slipway.parts.service import Compute
from slipway.settings.browser_origins import origins_in
from slipway.terminal import console
from slipway.terminal.progress import shown

_SETTING = re.compile(r"(?!AWS_)[A-Z][A-Z0-9_]*")


def _origins(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Return the origins to allow, None where the last ones used stay."""
    if not given:
        return None
    try:
        return origins_in(" ".join(one for one in given if one != "none"))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _functions(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Return the services that run as functions, None where the last ones stay."""
    if not given:
        return None
    known, found = load_all(context.ROOT), set(context.suite().settings.functions)
    for one in given:
        name, _, kind = one.partition("=")
        if name not in known or kind not in get_args(Compute):
            raise click.BadParameter(
                f"{one!r} is not SERVICE=lambda or SERVICE=processes; services are {', '.join(known)}"
            )
        found = found | {name} if kind == "lambda" else found - {name}
    return tuple(sorted(found))


def _service_settings(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Return what services are told besides, None where the last ones stay."""
    if not given:
        return None
    known, last = load_all(context.ROOT), context.suite().settings.service_settings
    found = dict(one.split("=", 1) for one in last)
    for one in given:
        name, equals, value = one.partition("=")
        service, _, variable = name.partition(".")
        if service not in known or not equals or not _SETTING.fullmatch(variable):
            raise click.BadParameter(
                f"{one!r} is not SERVICE.NAME=VALUE with a name in capitals that is not one of AWS's;"
                f" services are {', '.join(known)}, and their READMEs list the names"
            )
        found[name] = value
    return tuple(f"{name}={value}" for name, value in sorted(found.items()) if value)


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the gateway; the last one used, at first 8443."
)
@click.option("--domain", help="Domain of the subdomains; the last one used, at first localhost.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    callback=_origins,
    metavar="ORIGIN",
    help="Another origin whose pages may call, such as http://localhost:5173; repeat it for more, `none` for"
    " none; the last ones used.",
)
@click.option(
    "--compute",
    "computes",
    multiple=True,
    callback=_functions,
    metavar="SERVICE=lambda",
    help="Run a service as Lambda functions behind an HTTP API, as AWS would; repeat it for more,"
    " SERVICE=processes for its own processes again; the last ones used.",
)
@click.option(
    "--set",
    "service_settings",
    multiple=True,
    callback=_service_settings,
    metavar="SERVICE.NAME=VALUE",
    help="Tell a service one of the settings that its README lists, such as media.CLAMAV_HOST=127.0.0.1;"
    " repeat it for more, SERVICE.NAME= for its default again; the last ones used. No secrets.",
)
@click.option("--live/--no-live", default=True, help="Redraw a table as things come up (on a terminal).")
def command(
    port: int | None,
    domain: str | None,
    origins: tuple[str, ...] | None,
    computes: tuple[str, ...] | None,
    service_settings: tuple[str, ...] | None,
    *,
    live: bool,
) -> None:
    """Start the suite in the background and wait until every part is healthy.

    What runs already is left alone. When something does not come up, everything that was
    started is stopped again.
    """
    require_platform()
    suite = present_suite(port, domain, origins, computes, service_settings)
    began = time.monotonic()
    with lifecycle.locked(suite, "up"), shown(console.out, live=live) as progress:
        started = lifecycle.up(suite, progress)
    seconds = time.monotonic() - began
    console.say()
    if started:
        console.say(f"Up in {seconds:.1f} s: {len(suite.parts)} parts are healthy.", "bold green")
    else:
        console.say(f"Already up: all {len(suite.parts)} parts are healthy.", "bold green")
    for name, address in suite.origins().items():
        console.say(f"  {name:<8} {address}")
    console.say("\nNext: ./slipway demo")
