"""Parts and a supervisor that live in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from slipway.parts.base import PartDefaults
from slipway.state.layout import Layout
from slipway.supervision.client import ProcessState
from slipway.supervision.program import Program
from slipway.terminal.problems import NotHealthy


@dataclass
class FakeSupervisor:
    """Starts and stops at once; a part in `crashing` counts four starts and never runs."""

    layout: Layout
    running: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    crashing: set[str] = field(default_factory=set)

    def states(self) -> dict[str, ProcessState]:
        return _States(self.running)

    def start(self, name: str) -> None:
        self.calls.append(("start", name))
        if name in self.crashing:
            (self.layout.part(name) / "starts.json").write_text('{"total": 4, "row": 4, "last": 0}')
        else:
            self.running[name] = 1

    def stop(self, name: str) -> None:
        self.calls.append(("stop", name))
        self.running.pop(name, None)

    def signal(self, name: str, signal: str) -> None:
        self.calls.append((signal, name))


class _States(dict[str, ProcessState]):
    def __init__(self, running: dict[str, int]) -> None:
        self._running = running

    def __missing__(self, name: str) -> ProcessState:
        pid = self._running.get(name, 0)
        return ProcessState(name, "RUNNING" if pid else "STOPPED", pid, 1.0 if pid else None, "")


@dataclass(frozen=True)
class FakePart(PartDefaults):
    """Healthy as soon as its supervisor runs it."""

    layout: Layout
    supervisor: FakeSupervisor
    name: str
    address: str = "127.0.0.1:1"
    version: str = ""
    settled: list[str] = field(default_factory=list)

    @property
    def start_timeout(self) -> float:
        return 0.3

    def prepare(self) -> Program:
        return Program(("/bin/true",), {}, self.layout.run, version=self.version, reload_signal="HUP")

    def check(self) -> None:
        if self.name not in self.supervisor.running:
            raise NotHealthy("connection refused")

    def after_start(self) -> None:
        self.settled.append(self.name)
