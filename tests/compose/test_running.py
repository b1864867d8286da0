"""The suite in containers at work: the tour from outside and inside, the system tests, live reload."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.compose.compose import ROOT, Project, docker, eventually
from tests.system.client import Client
from tests.system.environment import Environment

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]


def test_the_demo_works_against_the_containers(project: Project, certificate: Path) -> None:
    done = _slipway("demo", *_where(project, certificate))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "left out" in done.stdout or "403" in done.stdout


def test_the_demo_works_from_a_container_of_its_own(project: Project) -> None:
    printed = project.compose("run", "--rm", "-T", "demo")
    assert "steps are right" in printed


def test_the_system_tests_pass_against_the_containers(
    project: Project, certificate: Path, tmp_path: Path
) -> None:
    arguments = ["test", "--system", *_where(project, certificate), "-o", f"cache_dir={tmp_path}"]
    environment = {} if project.emulator_is_atomic() else {"SLIPWAY_ATOMIC_WRITES": "0"}
    done = _slipway(*arguments, **environment)
    print(done.stdout[-1500:])
    if done.returncode and environment:
        # Its threads also trip over one another where no test means them to: what failed then passes alone.
        done = _slipway(*arguments, "--last-failed", "--last-failed-no-failures=none", **environment)
        print("again, what failed:", done.stdout[-1500:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_a_changed_source_is_seen_without_a_new_image(project: Project, environment: Environment) -> None:
    overlays = ("compose/dev.yml",)
    project.compose("up", "--detach", "--no-deps", "--no-build", "todos", overlays=overlays)
    try:
        with Client(environment) as client:
            assert eventually(lambda: _began(client) != "")
            before = _began(client)
            (ROOT / "services" / "todos" / "todos" / "app.py").touch()
            assert eventually(lambda: _began(client) not in {"", before})
    finally:
        project.compose("up", "--detach", "--no-deps", "--no-build", "todos")
    assert eventually(lambda: _is_back(project))


def _began(client: Client) -> str:
    response = client.get("todos", "/version")
    return str(response.json()["started_at"]) if response.status_code == 200 else ""


def _is_back(project: Project) -> bool:
    return "healthy" in docker(
        "inspect", "--format", "{{.State.Health.Status}}", *project.containers("todos")
    )


def _where(project: Project, certificate: Path) -> list[str]:
    return ["--base-domain", "localhost", "--port", str(project.port), "--ca", str(certificate)]


def _slipway(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables, "PYTEST_ADDOPTS": "", "PYTHONPATH": str(ROOT / "libs")}
    command = [sys.executable, "-m", "slipway", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500)
