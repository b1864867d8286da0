"""What the suite needs of a machine, and whether this one has it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from slipway.local.suite import Suite
from slipway.parts import binaries, dynoxide
from slipway.state import ports
from slipway.terminal.problems import MISSING, Problem

_DISK_GB, _MEMORY_GB = 2.0, 1.5


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `needed` things that are not `fine` keep the suite from running."""

    subject: str
    fine: bool
    detail: str
    next_step: str = ""
    needed: bool = True


def examine(suite: Suite, *, running: bool) -> Iterator[Finding]:
    """Yield a finding for everything the suite needs; `running` says whether it holds its port itself."""
    yield _platform()
    yield Finding("Python", True, f"{platform.python_version()} at {sys.executable}")
    yield _folder(suite.root)
    yield _disk(suite.root)
    yield _memory()
    yield _binary("Postgres", lambda: _postgres())
    yield _binary("Redis or Valkey", lambda: " from ".join(map(str, binaries.redis())))
    yield _binary("nginx with njs", lambda: " from ".join(map(str, binaries.nginx())))
    yield _dynoxide(suite.layout.tools)
    yield _port(suite.settings.port, running=running)


def require_platform() -> None:
    """Raise Problem where the parts could not be run at all, before anything is made for them."""
    finding = _platform()
    if not finding.fine:
        raise Problem(
            f"the suite does not run on {finding.detail}", next_step=finding.next_step, code=MISSING
        )


def _platform() -> Finding:
    here = f"{platform.system()} on {platform.machine()}"
    containers = "use `docker compose up` on this machine"
    if platform.system() != "Linux":
        # Its wheels of Postgres, Valkey and (on arm64) nginx would do: what starts parts does not.
        lacking = "what starts the parts needs Linux: prctl(PR_SET_PDEATHSIG) and /proc"
        return Finding("platform", False, f"{here}: {lacking}", containers)
    fine = platform.machine().lower() in {"x86_64", "amd64", "aarch64", "arm64"}
    return Finding("platform", fine, here, "" if fine else containers)


def _folder(root: Path) -> Finding:
    fine = os.access(root, os.W_OK | os.X_OK)
    return Finding("checkout", fine, str(root), "" if fine else "clone into a folder of your own")


def _disk(root: Path) -> Finding:
    free = shutil.disk_usage(root).free / 1e9
    fine = free >= _DISK_GB
    return Finding("disk", fine, f"{free:.1f} GB free", "" if fine else f"free at least {_DISK_GB:.0f} GB")


def _memory() -> Finding:
    free = psutil.virtual_memory().available / 1e9
    fine = free >= _MEMORY_GB
    step = (
        "" if fine else f"the suite takes about 1 GB; close something so that {_MEMORY_GB} GB are available"
    )
    return Finding("memory", fine, f"{free:.1f} GB available", step)


def _postgres() -> str:
    found = binaries.postgres()
    return f"{found.major} in {found.folder} from {found.source}"


def _binary(subject: str, find: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, find())
    except Problem as problem:
        return Finding(subject, False, problem.what, problem.next_step)


def _dynoxide(tools: Path) -> Finding:
    try:
        return Finding("dynoxide", True, str(dynoxide.ensure(tools)), needed=False)
    except dynoxide.Unavailable as error:
        step = "nothing needs doing: the emulator keeps the tables itself, more slowly"
        return Finding("dynoxide", False, str(error), step, needed=False)


def _port(port: int, *, running: bool) -> Finding:
    subject = f"port {port}"
    if running:
        return Finding(subject, True, "held by this suite")
    try:
        ports.require_free(port)
    except Problem as problem:
        return Finding(subject, False, problem.what, problem.next_step)
    return Finding(subject, True, "free")
