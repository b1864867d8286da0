"""DynamoDB's storage: dynoxide, on SQLite, behind the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from slipway.parts import dynoxide
from slipway.parts.base import Listening
from slipway.parts.probe import http_ok
from slipway.state.layout import Layout
from slipway.supervision.program import Program, base_environment

_BUILT_IN, _SEPARATE = "emulator", "dynoxide"


@dataclass(frozen=True)
class Dynamo(Listening):
    """dynoxide on loopback; only the emulator talks to it."""

    name: str = "dynamo"

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


def decide(layout: Layout) -> None:
    """Settle, before the first start, where this suite's tables live, for good, as the data is there.

    That is dynoxide where it can be had, else the emulator itself.
    """
    choice = _choice(layout)
    if not choice.exists():
        choice.write_text(_SEPARATE if _available(layout.tools) else _BUILT_IN, encoding="utf-8")


def is_separate(layout: Layout) -> bool:
    """Say whether the tables live in dynoxide; so it is assumed as long as nothing is settled."""
    choice = _choice(layout)
    return not choice.exists() or choice.read_text(encoding="utf-8").strip() == _SEPARATE


def _choice(layout: Layout) -> Path:
    return layout.data / "dynamo-engine"


def _available(tools: Path) -> bool:
    try:
        dynoxide.ensure(tools)
    except dynoxide.Unavailable:
        return False
    return True
