"""A project of containers of one test run, driven through the command that is there: Compose v2 or 1.29."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def command() -> list[str] | None:
    """Return the compose command of this machine, or None when there is none or no engine answers."""
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True).returncode:
        return None
    if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else None


class Project:
    """The suite in containers under a name and port of its own."""

    def __init__(self, compose: list[str], name: str, port: int) -> None:
        self._compose = [*compose, "--project-name", name, "--file", str(ROOT / "docker-compose.yml")]
        self.name = name
        self.port = port
        self.environment = {**os.environ, "SLIPWAY_PORT": str(port), "SLIPWAY_COMMIT": "tested"}

    def compose(self, *arguments: str, timeout: float = 1500) -> str:
        """Run compose and return what it printed; raise AssertionError with its last lines when it fails."""
        done = subprocess.run(
            [*self._compose, *arguments],
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
        done = subprocess.run(
            [
                "docker",
                "ps",
                "--all",
                "--quiet",
                "--no-trunc",
                "--filter",
                f"label=com.docker.compose.project={self.name}",
                "--filter",
                f"label=com.docker.compose.service={service}",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split()

    def inspect(self, service: str) -> dict[str, Any]:
        """Return what the engine says of a service's first container."""
        found: list[dict[str, Any]] = json.loads(docker("inspect", self.containers(service)[0]))
        return found[0]


def docker(*arguments: str) -> str:
    """Run docker and return what it printed."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
