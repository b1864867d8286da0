"""A project of containers of one test run, driven through the command that is there: Compose v2 or 1.29."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TAG = "tested"


def command() -> list[str] | None:
    """Return the compose command of this machine, or None when there is none or no engine answers."""
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True).returncode:
        return None
    if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


class Project:
    """The suite in containers under a name, a port and image tags of its own."""

    def __init__(self, compose: list[str], name: str, port: int) -> None:
        self._command = [*compose, "--project-name", name]
        self.name = name
        self.port = port
        self.environment = {
            **os.environ,
            "SLIPWAY_PORT": str(port),
            "SLIPWAY_COMMIT": "tested",
            "SLIPWAY_TAG": TAG,
        }

    def compose(self, *arguments: str, overlays: tuple[str, ...] = (), timeout: float = 1500) -> str:
        """Run compose and return what it printed; raise AssertionError with its last lines when it fails.

        `overlays` are further files, after `docker-compose.yml`.
        """
        files = [word for name in ("docker-compose.yml", *overlays) for word in ("--file", str(ROOT / name))]
        done = subprocess.run(
            [*self._command, *files, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
        return done.stdout

    def containers(self, service: str) -> list[str]:
        """Return the ids of a service's containers, also of those that have ended."""
        found = []
        for key, value in (("project", self.name), ("service", service)):
            found += ["--filter", f"label=com.docker.compose.{key}={value}"]
        return docker("ps", "--all", "--quiet", "--no-trunc", *found).split()

    def inspect(self, service: str) -> dict[str, Any]:
        """Return what the engine says of a service's first container."""
        return inspect(self.containers(service)[0])

    def emulator_is_atomic(self) -> bool:
        """Say whether the emulator checks a condition and writes in one step; moto races itself."""
        command = self.inspect("aws")["Config"]
        made_by = command["Labels"].get("standin.made-by", "")
        return not made_by and "moto" not in command["Image"]


def docker(*arguments: str) -> str:
    """Run docker and return what it printed."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def inspect(container: str) -> dict[str, Any]:
    """Return what the engine says of a container."""
    found: list[dict[str, Any]] = json.loads(docker("inspect", container))
    return found[0]


def is_healthy(container: str) -> bool:
    """Say whether a container is up and its health check says so."""
    state = inspect(container)["State"]
    return bool(state["Running"]) and state.get("Health", {}).get("Status") == "healthy"


def eventually(claim: Callable[[], bool], seconds: float = 120) -> bool:
    """Ask until `claim` holds; False when it did not in `seconds`, a bound and not an expectation."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.5)
    return False
