"""`status`: what runs, how it is, and what it takes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence

import click
from rich.text import Text

from slipway.commands.context import suite as present_suite
from slipway.local.lifecycle import LEAST_FREE_BYTES
from slipway.local.status import PartStatus, inspect
from slipway.local.suite import Suite
from slipway.supervision.waiting import until
from slipway.terminal import console
from slipway.terminal.problems import FAILED, OK

_PAUSE = 0.3  # seconds between two looks: each asks every part and reads the memory of every process


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--wait",
    "seconds",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=0.0,
    help="Wait at most so long for every part to be healthy.",
)
def command(*, as_json: bool, seconds: float) -> int:
    """Show every part with its health, memory (PSS) and address.

    Exit code 0 when all parts are healthy, 1 otherwise.
    """
    suite = present_suite()
    rows: list[PartStatus] = []

    def is_healthy() -> bool:
        rows[:] = inspect(suite.layout, suite.daemon.connect(), suite.parts)
        return all(row.healthy for row in rows)

    code = OK if until(is_healthy, seconds, pause=_PAUSE) else FAILED
    if as_json:
        console.out.print_json(json.dumps(_document(suite, rows)))
    else:
        _print(rows)
        _warn_of_full_disk(_free_bytes(suite))
    return code


def _document(suite: Suite, rows: Sequence[PartStatus]) -> dict[str, object]:
    return {
        "healthy": all(row.healthy for row in rows),
        "domain": suite.settings.domain,
        "port": suite.settings.port,
        "origins": suite.origins(),
        "disk_free_bytes": _free_bytes(suite),
        "memory_bytes": sum(row.memory_bytes for row in rows),
        "parts": [row.as_dict() for row in rows],
    }


def _free_bytes(suite: Suite) -> int:
    return shutil.disk_usage(suite.root).free


def _warn_of_full_disk(free: int) -> None:
    if free < LEAST_FREE_BYTES:
        console.say(f"The disk is full: {_megabytes(free)} are free. Writes fail until there is room;", "red")
        console.say("nothing needs to be started again then.", "red")


def _print(rows: Sequence[PartStatus]) -> None:
    table = console.new_table()
    for title in ("part", "state", "health", "pid", "uptime", "restarts", "memory", "address"):
        table.add_column(
            title, justify="right" if title in {"pid", "uptime", "restarts", "memory"} else "left"
        )
    for row in rows:
        health = Text("healthy", style="green") if row.healthy else Text(row.detail or "down", style="red")
        runs = bool(row.pid)
        table.add_row(
            row.name,
            row.state,
            health,
            str(row.pid) if runs else "",
            _duration(row.uptime_seconds) if runs else "",
            str(row.restarts) if runs else "",
            _megabytes(row.memory_bytes) if runs else "",
            row.address,
        )
    table.add_row(
        "total", "", "", "", "", "", _megabytes(sum(row.memory_bytes for row in rows)), "", style="bold"
    )
    console.print_table(table)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
