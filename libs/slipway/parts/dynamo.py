"""DynamoDB's storage: dynoxide, on SQLite, behind the emulator."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from emulator import passed_socket
from slipway.parts import dynoxide
from slipway.parts.base import Listening
from slipway.parts.probe import TIMEOUT, http_ok, http_ok_over
from slipway.state.layout import Layout
from slipway.supervision.program import Program, base_environment
from slipway.terminal.problems import NotHealthy

_ENCLOSED = Path(passed_socket.__file__).with_name("enclosed.py")
_BUILT_IN, _SEPARATE = "emulator", "dynoxide"


@dataclass(frozen=True)
class Dynamo(Listening):
    """dynoxide, which lets everybody in. Only the emulator talks to it: it runs in a network of its own.

    Where the system does not allow that it is on the loopback address.
    """

    name: str = "dynamo"

    @property
    def address(self) -> str:
        return "own network" if is_enclosed(self.layout) else super().address

    def prepare(self) -> Program:
        folder = self.layout.data / "dynamo"
        folder.mkdir(exist_ok=True, mode=0o700)
        cwd = self.layout.part(self.name)
        cwd.mkdir(parents=True, exist_ok=True)
        server = (
            str(dynoxide.ensure(self.layout.tools)),
            *("serve", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--db-path", str(folder / "dynamo.sqlite")),
        )
        enclosure = (sys.executable, "-I", "-S", str(_ENCLOSED), str(_socket(self.layout)), str(self.port))
        argv = (*enclosure, *server) if is_enclosed(self.layout) else server
        return Program(argv=argv, env=base_environment(), cwd=cwd)

    def check(self) -> None:
        if not is_enclosed(self.layout):
            http_ok(self.port, "/")
            return
        try:
            connection = passed_socket.connect(_socket(self.layout), TIMEOUT)
        except OSError as error:
            raise NotHealthy(str(error)) from error
        http_ok_over(connection, "/")


def upstream(layout: Layout, port: int) -> str:
    """Return where the emulator finds the tables; empty where it keeps them itself."""
    if not is_separate(layout):
        return ""
    return f"unix:{_socket(layout)}" if is_enclosed(layout) else f"http://127.0.0.1:{port}"


def decide(layout: Layout) -> None:
    """Settle, before the first start, where this suite's tables live, for good, as the data is there.

    That is dynoxide where it can be had, else the emulator itself. Whether it can have a network of its own
    is found out at each start.
    """
    choice = _choice(layout)
    if not choice.exists():
        choice.write_text(_SEPARATE if _available(layout.tools) else _BUILT_IN, encoding="utf-8")
    trial = [sys.executable, "-I", "-S", str(_ENCLOSED), "--try"]
    tried = subprocess.run(trial, check=False, capture_output=True)
    _enclosure(layout).write_text("own" if tried.returncode == 0 else "shared", encoding="utf-8")


def keep_tables_in_emulator(layout: Layout) -> None:
    """Settle, before the first start, that this suite's tables live in the emulator itself."""
    _choice(layout).write_text(_BUILT_IN, encoding="utf-8")


def is_enclosed(layout: Layout) -> bool:
    """Say whether the tables' server has a network of its own, as the suite's start has found out."""
    found = _enclosure(layout)
    return found.exists() and found.read_text(encoding="utf-8") == "own"


def _enclosure(layout: Layout) -> Path:
    return layout.data / "dynamo-network"


def _socket(layout: Layout) -> Path:
    return layout.data / "dynamo" / "socket"


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
