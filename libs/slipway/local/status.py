"""What runs, how it is, and what it takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from slipway.state.layout import Layout
from slipway.supervision import launch_specs
from slipway.supervision.client import ProcessState, Supervisor
from slipway.supervision.program import Part
from slipway.terminal.problems import NotHealthy


@dataclass(frozen=True)
class PartStatus:
    """One part now. Memory is the proportional set size of it and its children, in bytes."""

    name: str
    state: str
    healthy: bool
    detail: str
    address: str
    pid: int
    uptime_seconds: float
    restarts: int
    memory_bytes: int

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def inspect(layout: Layout, supervisor: Supervisor | None, parts: Sequence[Part]) -> list[PartStatus]:
    """Return the status of every part; all are down when there is no supervisor."""
    states = supervisor.states() if supervisor else {}
    with ThreadPoolExecutor(max_workers=max(1, len(parts))) as pool:
        rows = list(pool.map(lambda part: _part(layout, part, states.get(part.name)), parts))
    if supervisor:
        pid = supervisor.pid()
        rows.append(PartStatus("supervisor", "running", True, "", "", pid, _age(pid), 0, _pss(pid)))
    return rows


def _part(layout: Layout, part: Part, state: ProcessState | None) -> PartStatus:
    if state is None or not state.pid:
        label = state.state.lower() if state else "stopped"
        return PartStatus(part.name, label, False, "", part.address, 0, 0.0, 0, 0)
    healthy, detail = True, ""
    try:
        launch_specs.require_begun(layout, part.name, state.pid)
        part.check()
        if not part.address and launch_specs.age(layout, part.name) < launch_specs.STEADY_SECONDS:
            healthy, detail = False, "just started"
    except NotHealthy as error:
        healthy, detail = False, str(error).splitlines()[0]
    return PartStatus(
        name=part.name,
        state=state.state.lower(),
        healthy=healthy,
        detail=detail,
        address=part.address,
        pid=state.pid,
        uptime_seconds=round(state.uptime, 1),
        restarts=max(0, launch_specs.starts(layout, part.name) - 1),
        memory_bytes=memory(state.pid),
    )


def _age(pid: int) -> float:
    """Return for how many seconds a process has been there; 0 when it has just gone."""
    try:
        return time.time() - float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def memory(pid: int) -> int:
    """Return the proportional set size of a process and all below it, in bytes; 0 when it is gone."""
    try:
        below = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return 0
    return sum(_pss(process) for process in (pid, *(child.pid for child in below)))


def _pss(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0
