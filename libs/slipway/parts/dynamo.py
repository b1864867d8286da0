"""DynamoDB's storage: dynoxide, on SQLite, behind the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from slipway.layout import Layout
from slipway.parts import dynoxide
from slipway.parts.base import PartDefaults, Program
from slipway.parts.binaries import base_environment
from slipway.probe import http_ok

_BUILT_IN, _SEPARATE = "emulator", "dynoxide"


@dataclass(frozen=True)
class Dynamo(PartDefaults):
    """dynoxide on loopback; only the emulator talks to it."""

    layout: Layout
    port: int
    name: str = "dynamo"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> Program:
        folder = self.layout.data / "dynamo"
        folder.mkdir(exist_ok=True, mode=0o700)
        cwd = self.layout.part(self.name)
        cwd.mkdir(parents=True, exist_ok=True)
        return Program(
            argv=(
                str(dynoxide.ensure(self.layout.tools)),
                *("serve", "--host", "127.0.0.1", "--port", str(self.port)),
                *("--db-path", str(folder / "dynamo.sqlite")),
            ),
            env=base_environment(),
            cwd=cwd,
        )

    def check(self) -> None:
        http_ok(self.port, "/")


def is_separate(layout: Layout) -> bool:
    """Say whether this suite's tables live in dynoxide or in the emulator itself.

    Decided on the first start (by whether dynoxide can be had) and then kept: the data is in
    one of them.
    """
    choice = layout.data / "dynamo-engine"
    if not choice.exists():
        choice.write_text(_SEPARATE if _available(layout.tools) else _BUILT_IN)
    return choice.read_text().strip() == _SEPARATE


def _available(tools: Path) -> bool:
    try:
        dynoxide.ensure(tools)
    except dynoxide.Unavailable:
        return False
    return True
