"""The suite under test as its operator sees it: `./slipway` commands and the processes behind the parts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]


class Running:
    """A suite with its state in `state`. Only processes that its own status names are touched."""

    def __init__(self, state: str) -> None:
        self._environment = {**os.environ, "SLIPWAY_STATE": state}

    def command(self, *arguments: str, seconds: float = 240) -> str:
        """Run `./slipway ...`, which must succeed; return what it prints."""
        done = self._run(arguments, seconds)
        assert done.returncode == 0, f"./slipway {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def parts(self, wait: float = 0.0) -> dict[str, dict[str, Any]]:
        """Return the parts by name, as `status` tells when all are healthy or `wait` seconds have passed."""
        done = self._run(("status", "--json", "--wait", str(wait)), 60 + wait)
        return {part["name"]: part for part in json.loads(done.stdout)["parts"]}

    def ports(self) -> dict[str, int]:
        """Return the ports of the suite by name, those that nothing but its own programs use."""
        found: dict[str, int] = json.loads(
            Path(self._environment["SLIPWAY_STATE"], "ports.json").read_bytes()
        )
        return found

    def aim(self, *names: str) -> dict[str, int]:
        """Return the processes of parts by name, to be struck later without a delay."""
        parts = self.parts()
        pids = {name: int(parts[name]["pid"]) for name in names}
        assert all(pids.values()), f"not running: {pids}"
        return pids

    @staticmethod
    def strike(pids: dict[str, int]) -> None:
        """`kill -9` the parts' own processes, all at once, now."""
        _send(list(pids.values()), signal.SIGKILL)

    @staticmethod
    def strike_whole(pids: dict[str, int]) -> None:
        """`kill -9` the parts with every process below them, now."""
        _send([process.pid for pid in pids.values() for process in family(pid)], signal.SIGKILL)

    def kill(self, *names: str) -> dict[str, int]:
        """`kill -9` the parts' own processes; return the pids they had."""
        pids = self.aim(*names)
        self.strike(pids)
        return pids

    def kill_whole(self, *names: str) -> dict[str, int]:
        """`kill -9` the parts with every process below them; return the pids they had."""
        pids = self.aim(*names)
        self.strike_whole(pids)
        return pids

    def kill_everything(self) -> None:
        """`kill -9` every process of the suite, its supervisor first."""
        parts = self.parts()
        order = sorted(parts, key=lambda name: name != "supervisor")
        running = [parts[name]["pid"] for name in order if parts[name]["pid"]]
        _send([process.pid for pid in running for process in family(pid)], signal.SIGKILL)

    def pause(self, name: str) -> int:
        """Freeze a part's process; return its pid for `resume`."""
        pid = self.aim(name)[name]
        os.kill(pid, signal.SIGSTOP)
        return pid

    @staticmethod
    def resume(pid: int) -> None:
        """Let a frozen process go on."""
        os.kill(pid, signal.SIGCONT)

    def pause_whole(self, name: str) -> list[int]:
        """Freeze a part with every process below it; return their pids for `resume_whole`."""
        pids = [process.pid for process in family(self.aim(name)[name])]
        _send(pids, signal.SIGSTOP)
        return pids

    @staticmethod
    def resume_whole(pids: list[int]) -> None:
        """Let frozen processes go on."""
        _send(pids, signal.SIGCONT)

    def await_return(self, before: dict[str, int], seconds: float = 240) -> None:
        """Return when the killed parts run again as new processes and all parts are healthy."""
        deadline = time.monotonic() + seconds
        while True:
            parts = self.parts(wait=max(0.0, deadline - time.monotonic()))
            back = all(parts[name]["pid"] not in {0, pid} for name, pid in before.items())
            if back and all(part["healthy"] for part in parts.values()):
                return
            ill = {
                name: (part["state"], part["detail"]) for name, part in parts.items() if not part["healthy"]
            }
            assert time.monotonic() < deadline, f"not back within {seconds:.0f} s: {ill or before}"
            time.sleep(0.3)

    def _run(self, arguments: tuple[str, ...], seconds: float) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["./slipway", *arguments],
            cwd=ROOT,
            env=self._environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all below it."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
