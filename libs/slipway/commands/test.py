"""`test`: every test, in parallel and in random order."""

from __future__ import annotations

from pathlib import Path

import click

from slipway.checkout import tests
from slipway.commands import context
from slipway.terminal import console
from slipway.terminal.problems import USAGE, Problem


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--fast", is_flag=True, help="Without the system tests.")
@click.option(
    "--long", is_flag=True, help="Also what takes minutes, every trouble of a deployment; measures coverage."
)
@click.option("--system", "only_system", is_flag=True, help="Only the system tests.")
@click.option("--containers", is_flag=True, help="Only the suite in containers; needs an engine.")
@click.option(
    "--base-domain", help="With --system: test the running suite of this domain, not a private one."
)
@click.option("--port", type=click.IntRange(1, 65535), default=443, show_default=True, help="Its port.")
@click.option(
    "--ca", type=click.Path(path_type=Path, exists=True), help="The certificate that signs its own."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENTS]...")
def command(
    arguments: tuple[str, ...],
    base_domain: str | None,
    port: int,
    ca: Path | None,
    *,
    fast: bool,
    long: bool,
    only_system: bool,
    containers: bool,
) -> int:
    """Run the tests, then the system tests against a whole private suite on a port of its own.

    Further arguments go to pytest; a run narrowed by them measures no coverage. The exit code is
    pytest's: 0 when all tests passed.
    """
    if fast and only_system:
        raise Problem("--fast leaves out what --system asks for", next_step="give one of them", code=USAGE)
    if base_domain and not only_system:
        raise Problem("--base-domain is for --system", next_step="add --system", code=USAGE)
    if containers:
        return tests.containers(context.ROOT, arguments, long=long)
    code = 0 if only_system else tests.in_process(context.ROOT, arguments, long=long)
    if fast or not tests.has_system_tests(context.ROOT, arguments):
        return code
    if base_domain:
        return tests.system(context.ROOT, arguments, tests.SuiteUnderTest(base_domain, port, ca), long=long)
    console.say("\nStarting a private suite for the system tests ...")
    with tests.private_suite(context.ROOT) as target:
        return tests.system(context.ROOT, arguments, target, long=long) or code
