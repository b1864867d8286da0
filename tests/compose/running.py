"""The command line against a suite in containers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.compose.compose import ROOT, Project, eventually, is_healthy
from tests.system.manifests import SERVICES, WORKERS

OF_WHAT_DIFFERS = [f"tests/system/test_{name}.py" for name in ("gateway", "storage_credentials", "uploads")]
"""The system tests of what containers have in another shape: gateway, emulator, and what they pass on."""


def where(project: Project, certificate: Path) -> list[str]:
    """Return the options that say where the suite is."""
    return ["--base-domain", "localhost", "--port", str(project.port), "--ca", str(certificate)]


def slipway(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line and return what came of it."""
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": str(ROOT / "libs")}
    command = [sys.executable, "-m", "slipway", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500)


def demo_works(project: Project, certificate: Path, *options: str) -> bool:
    """Say whether the tour of the suite is right at the moment."""
    return slipway("demo", *where(project, certificate), *options).returncode == 0


def system_tests(project: Project, certificate: Path, paths: Sequence[str] = ("tests/system",)) -> None:
    """Run the system tests against the suite and print their last line. AssertionError when one fails."""
    done = slipway("test", "--system", *where(project, certificate), *paths)
    print(*re.findall(r"^=.* in .*=$", done.stdout, re.MULTILINE)[:1])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@contextmanager
def told_anew(project: Project) -> Iterator[None]:
    """Return from the block when every service has been started again with new settings, as after a loss."""
    before = _starts(project)
    yield
    assert eventually(lambda: not before.items() & _starts(project).items())
    assert all(eventually(partial(is_healthy, project.containers(service)[0])) for service in before)


def _starts(project: Project) -> dict[str, str]:
    told = [*SERVICES, *WORKERS]
    return {service: project.inspect(service)["State"]["StartedAt"] for service in told}
