"""Launch orders on disk: what launch.py reads when the supervisor starts a part."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from slipway.state.layout import Layout, write_private
from slipway.supervision.launch import pause
from slipway.supervision.program import Program, StopSignal
from slipway.terminal.problems import NotHealthy

# A part that cannot be asked is believed to be up when it has lasted this long.
STEADY_SECONDS = 1.0
LAUNCHER = Path(__file__).with_name("launch.py")


def write(layout: Layout, name: str, program: Program, stop_signal: StopSignal) -> str:
    """Write the order for part `name`; return the order it replaces, empty when there was none."""
    path = _path(layout, name)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o711)
    write_private(path, _text(program, stop_signal, supervised=True))
    return before


def read(layout: Layout, name: str) -> str:
    """Return the present order of part `name`, to be compared with an earlier one."""
    return _path(layout, name).read_text(encoding="utf-8")


def reload_signal(before: str, after: str) -> str:
    """Return the signal that makes a process started by order `before` follow `after`; empty: restart it."""
    if not before:
        return ""
    old, new = json.loads(before), json.loads(after)
    same = {**old, "version": ""} == {**new, "version": ""}
    return str(new["reload_signal"] or "") if same else ""


def starts(layout: Layout, name: str) -> int:
    """Return how many times part `name` has been started since it was last asked for."""
    return int(_starts(layout, name).get("total", 0))


def age(layout: Layout, name: str) -> float:
    """Return the seconds since the program of part `name` was last started, 0 when it never was."""
    counted = _starts(layout, name)
    if not counted:
        return 0.0
    return max(0.0, time.time() - counted["last"] - pause(int(counted["row"])))


def has_begun(layout: Layout, name: str, pid: int) -> bool:
    """Say whether process `pid` is the program of part `name` already, and no longer its launcher.

    Until then, what answers at the part's address was left by an earlier copy and is about to be ended.
    """
    try:
        return int((layout.part(name) / "pid").read_text(encoding="ascii")) == pid
    except (OSError, ValueError):
        return True  # never started by this launcher: nothing can be left of it


def require_begun(layout: Layout, name: str, pid: int) -> None:
    """Raise NotHealthy while process `pid` is only the launcher of part `name`: see `has_begun`."""
    if not has_begun(layout, name, pid):
        raise NotHealthy("it is being started")


def forget_starts(layout: Layout, name: str) -> None:
    """Begin counting anew, so that an asked-for start never waits for earlier crashes."""
    (layout.part(name) / "starts.json").unlink(missing_ok=True)


def run_once(layout: Layout, name: str, program: Program) -> subprocess.CompletedProcess[str]:
    """Run `program` to its end outside the supervisor, with the same care for users and folders."""
    path = _path(layout, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o711)
    write_private(path, _text(program, "TERM", supervised=False))
    return subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCHER), name],
        cwd=layout.run,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
    )


def _text(program: Program, stop_signal: StopSignal, *, supervised: bool) -> str:
    order = {
        "argv": program.argv,
        "env": dict(program.env),
        "cwd": str(program.cwd),
        "identity": asdict(program.identity) if program.identity else None,
        "stop_signal": stop_signal,
        "reload_signal": program.reload_signal,
        "version": program.version,
        "scratch": [str(folder) for folder in program.scratch],
        "supervised": supervised,
    }
    return json.dumps(order, indent=2, sort_keys=True)


def _path(layout: Layout, name: str) -> Path:
    return layout.part(name) / "program.json"


def _starts(layout: Layout, name: str) -> dict[str, float]:
    try:
        content: dict[str, float] = json.loads(
            (layout.part(name) / "starts.json").read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return {}
    return content
