"""wrk, the load tool: found on the PATH, else taken from Debian's packages into the state folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from slipway.terminal.problems import MISSING, Problem

_PACKAGES = ("wrk", "libluajit-5.1-2", "libluajit-5.1-common")


@dataclass(frozen=True)
class BenchRequest:
    """One request of a load."""

    path: str
    token: str = ""
    method: str = "GET"
    header: str = ""
    body: str = ""

    def line(self) -> str:
        """Return it as wrk.lua reads it."""
        return f"{self.method}\t{self.path}\t{self.token}\t{self.header}\t{self.body}"


@dataclass(frozen=True)
class WrkResult:
    """What wrk saw. Times are in microseconds; `wrong` counts answers of 400 and above, and none at all."""

    requests: int
    microseconds: int
    wrong: int
    p50: int
    p99: int

    @property
    def per_second(self) -> float:
        return self.requests / (self.microseconds / 1e6)


@dataclass(frozen=True)
class Wrk:
    """The program, and the folder of what it needs besides where that is not the system's."""

    program: Path
    libraries: Path | None
    script: Path

    def start(
        self, url: str, requests: Path, *, host: str, seconds: float, connections: int, per_second: int = 0
    ) -> subprocess.Popen[str]:
        """Send `requests` in turn over kept connections; `per_second` bounds them, 0 does not."""
        environment = {**os.environ, "LD_LIBRARY_PATH": str(self.libraries)} if self.libraries else None
        options = [
            "-t",
            "2" if connections > 1 else "1",
            "-c",
            str(connections),
            "-d",
            f"{seconds:.0f}s",
            "--timeout",
            "30s",
        ]
        pause = connections * 1000 / per_second if per_second else 0
        return subprocess.Popen(
            [str(self.program), *options, "-s", str(self.script), url, str(requests), host, f"{pause:.0f}"],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def measured(running: subprocess.Popen[str]) -> WrkResult:
    """Wait for wrk to end and return what it saw. Raises Problem when it failed."""
    output, _ = running.communicate()
    found = re.search(r"^MEASURED (\{.*\})$", output, re.MULTILINE)
    if found is None:
        raise Problem(f"wrk failed:\n{output.strip()}", next_step="run the command again")
    return WrkResult(**json.loads(found[1]))


def find(root: Path, tools: Path) -> Wrk:
    """Return wrk, after fetching it where it is not installed. Raises Problem where it cannot be had."""
    script = root / "benchmarks" / "wrk.lua"
    installed = shutil.which("wrk")
    if installed:
        return Wrk(Path(installed), None, script)
    unpacked = tools / "wrk"
    programs = list(unpacked.glob("usr/bin/wrk"))
    if not programs:
        _fetch(unpacked)
        programs = list(unpacked.glob("usr/bin/wrk"))
    return Wrk(programs[0], next(unpacked.glob("usr/lib/*/libluajit*.so.2")).parent, script)


def _fetch(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    unpack = 'for package in *.deb; do dpkg-deb -x "$package" . || exit; done'
    for command in (["apt-get", "download", "-q", *_PACKAGES], ["sh", "-c", unpack]):
        try:
            done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
        except OSError as error:
            raise _missing(str(error)) from error
        if done.returncode != 0:
            raise _missing(done.stderr.strip())


def _missing(reason: str) -> Problem:
    return Problem(
        f"wrk is needed and cannot be had: {reason}",
        next_step="install wrk (Debian, Ubuntu: apt install wrk; macOS: brew install wrk)",
        code=MISSING,
    )
