"""The suite in containers, for real: hardening, images, the tour, and what survives what."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.compose.compose import ROOT, Project, docker

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]

OURS = ("users", "todos", "media", "users-worker", "todos-worker", "media-worker", "gateway", "bootstrap")
IMAGES = ("users", "todos", "media")
MOST_OWN_MEGABYTES = 95


def eventually(claim: Callable[[], bool], seconds: float = 120) -> bool:
    """Ask until `claim` holds; False when it did not in `seconds`, a bound and not an expectation."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.5)
    return False


def is_healthy(project: Project, service: str) -> bool:
    state = project.inspect(service)["State"]
    return bool(state["Running"]) and state.get("Health", {}).get("Status") == "healthy"


class Visitor:
    """Asks the gateway for a service's readiness."""

    def __init__(self, project: Project, certificate: Path) -> None:
        self._port = project.port
        context = ssl.create_default_context(cafile=str(certificate))
        context.check_hostname = False  # the address is asked, as nothing resolves the name here
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))

    def status(self, service: str, path: str = "/livez") -> int:
        request = urllib.request.Request(f"https://127.0.0.1:{self._port}{path}")
        request.add_header("Host", f"{service}.localhost:{self._port}")
        try:
            with self._opener.open(request, timeout=30) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@pytest.fixture
def visitor(project: Project, certificate: Path) -> Visitor:
    return Visitor(project, certificate)


@pytest.mark.parametrize("service", [*OURS, "postgres", "redis"])
def test_a_container_runs_without_root_capabilities_or_a_writable_root(
    project: Project, service: str
) -> None:
    found = project.inspect(service)
    host: dict[str, Any] = found["HostConfig"]
    assert found["Config"]["User"] not in {"", "root", "0"}
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert host["ReadonlyRootfs"] is True
    assert host["Memory"] > 0
    assert host["PidsLimit"] > 0
    assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
    assert host["Init"] is True


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_holds_no_compiler_no_installer_and_no_tests(project: Project, name: str) -> None:
    image = project.inspect(name)["Image"]
    script = "command -v pip gcc cc make curl; find / -xdev -name 'test_*.py' -path '*/services/*' | head -1"
    found = docker("run", "--rm", "--network", "none", "--entrypoint", "sh", image, "-c", f"{script}; true")
    assert found.strip() == ""


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_says_its_version_and_commit_and_stays_small(project: Project, name: str) -> None:
    image = project.inspect(name)["Image"]
    labels = docker("inspect", "--format", "{{json .Config.Labels}}", image)
    assert '"org.opencontainers.image.revision":"tested"' in labels
    own = _own_megabytes(image)
    print(f"slipway/{name}: {own:.0f} MB above its base")
    assert own <= MOST_OWN_MEGABYTES


def _own_megabytes(image: str) -> float:
    """Return the size of what our Dockerfile added: the layers since the last one of the base."""
    base = os.environ.get("SLIPWAY_PYTHON_IMAGE", "python:3.11-slim-bookworm")
    sizes = [int(docker("inspect", "--format", "{{.Size}}", name)) for name in (image, base)]
    return (sizes[0] - sizes[1]) / 1_000_000


def test_the_demo_works_against_the_containers(project: Project, certificate: Path) -> None:
    done = _slipway(
        "demo", "--base-domain", "localhost", "--port", str(project.port), "--ca", str(certificate)
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def test_the_system_tests_pass_against_the_containers(project: Project, certificate: Path) -> None:
    where = ["--base-domain", "localhost", "--port", str(project.port), "--ca", str(certificate)]
    done = _slipway("test", "--system", *where)
    print(done.stdout[-1500:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def _slipway(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SLIPWAY_ENFORCES_IAM": "0", "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", "slipway", *arguments]
    environment["PYTHONPATH"] = str(ROOT / "libs")
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500)


@pytest.mark.parametrize("service", ["redis", "postgres", "todos", "media-worker", "users-worker", "gateway"])
def test_a_container_whose_process_is_killed_comes_back(
    project: Project, visitor: Visitor, service: str
) -> None:
    before = project.inspect(service)
    _kill_main_process(int(before["State"]["Pid"]))
    assert eventually(lambda: project.inspect(service)["State"]["StartedAt"] != before["State"]["StartedAt"])
    assert eventually(lambda: is_healthy(project, service))
    for name in IMAGES:
        assert eventually(lambda name=name: visitor.status(name, "/readyz") == 200)


def _kill_main_process(init: int) -> None:
    """Kill what the container's init started: the engine takes that for a crash."""
    children = Path(f"/proc/{init}/task/{init}/children").read_text().split()
    for pid in children or [str(init)]:
        os.kill(int(pid), signal.SIGKILL)


def test_a_rolling_restart_of_two_copies_loses_no_request(project: Project, visitor: Visitor) -> None:
    project.compose("up", "--detach", "--no-recreate", "--scale", "todos=2", "todos")
    assert eventually(lambda: visitor.status("todos", "/readyz") == 200)
    answers: list[int] = []
    over = threading.Event()

    def visit() -> None:
        while not over.is_set():
            answers.append(visitor.status("todos", "/livez"))

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for thread in visitors:
        thread.start()
    try:
        for container in project.containers("todos"):
            docker("restart", "--time", "30", container)
            assert eventually(lambda container=container: _health(container) == "healthy")
    finally:
        over.set()
        for thread in visitors:
            thread.join()
        project.compose("up", "--detach", "--no-recreate", "--scale", "todos=1", "todos")
    assert len(answers) > 100
    assert set(answers) == {200}


def _health(container: str) -> str:
    return docker("inspect", "--format", "{{.State.Health.Status}}", container).strip()


def test_what_was_forgotten_by_the_emulator_is_made_again(project: Project, visitor: Visitor) -> None:
    docker("restart", "--time", "1", project.containers("aws")[0])
    assert eventually(lambda: visitor.status("todos", "/readyz") == 200)
    assert eventually(lambda: visitor.status("media", "/readyz") == 200)
