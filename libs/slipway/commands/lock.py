"""`lock`: pinning every requirement, with hashes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from slipway.commands import context
from slipway.terminal import console
from slipway.terminal.problems import MISSING, Problem

_OPTIONS = (
    "--native-tls",
    "--no-emit-index-url",
    "--no-strip-extras",
    "--generate-hashes",
    "--universal",
    "--python-version",
    "3.11",
    "--custom-compile-command",
    "./slipway lock",
    "--quiet",
)


@click.command()
@click.option("--upgrade", is_flag=True, help="Take the newest versions; otherwise present pins are kept.")
def command(*, upgrade: bool) -> None:
    """Resolve every .in file anew and write the locked .txt beside it.

    What goes into containers is constrained by requirements/dev.txt, so that what is tested is what ships.
    """
    for source, constraints in _sources():
        target = source.with_suffix(".txt")
        arguments = [
            str(source.relative_to(context.ROOT)),
            "-o",
            str(target.relative_to(context.ROOT)),
            *constraints,
        ]
        _compile([*arguments, *(["--upgrade"] if upgrade else [])])
        console.say(f"locked {target.relative_to(context.ROOT)}")


def _sources() -> Iterator[tuple[Path, list[str]]]:
    yield context.ROOT / "requirements" / "dev.in", []
    yield context.ROOT / "requirements" / "emulator.in", []
    yield context.ROOT / "requirements" / "checkov.in", []
    for path in (
        context.ROOT / "requirements" / "tools.in",
        context.ROOT / "requirements" / "gateway.in",
        *sorted(context.ROOT.glob("services/*/requirements.in")),
    ):
        yield path, ["-c", "requirements/dev.txt"]


def _compile(arguments: list[str]) -> None:
    uv = Path(sys.executable).with_name("uv")
    done = subprocess.run(
        [str(uv), "pip", "compile", *_OPTIONS, *arguments],
        cwd=context.ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Problem(
            f"cannot lock {arguments[0]}:\n{done.stderr.strip()}",
            next_step="correct the .in file, or check the network",
            code=MISSING,
        )
