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


def commands() -> list[list[str]]:
    """Return the compose commands of this machine, the preferred one first; none where no engine answers.

    SLIPWAY_COMPOSE names others in their place, as paths separated by colons.
    """
    if not shutil.which("docker") or not _works("docker", "info"):
        return []
    if named := os.environ.get("SLIPWAY_COMPOSE"):
        return [[path] for path in named.split(os.pathsep)]
    return [words for words in (["docker", "compose"], ["docker-compose"]) if _works(*words, "version")]


def _works(*words: str) -> bool:
    return bool(shutil.which(words[0])) and subprocess.run(words, capture_output=True).returncode == 0


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

    def compose(self, *arguments: str, overlays: tuple[str, ...] = (), typed: str | None = None) -> str:
        """Run compose and return what it printed; raise AssertionError with its last lines when it fails.

        `overlays` are further files, after `docker-compose.yml`; `typed` is what it reads.
        """
        files = [word for name in ("docker-compose.yml", *overlays) for word in ("--file", str(ROOT / name))]
        done = subprocess.run(
            [*self._command, *files, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            input=typed,
            timeout=1500,
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
        """Say whether the emulator checks a condition and writes in one step.

        moto does not, and when a transaction fails it takes back what others wrote meanwhile.
        """
        command = self.inspect("aws")["Config"]
        made_by = command["Labels"].get("standin.made-by", "")
        return not made_by and "moto" not in command["Image"]


def docker(*arguments: str, errors: bool = False) -> str:
    """Run docker and return what it printed, or with `errors` what it complained of."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr if errors else done.stdout


def kill_main_process(container: str) -> None:
    """`kill -9` what the container's init started, and return when the engine has noticed.

    From inside, as the user who runs it: so it works for whoever may talk to the engine, wherever that is.
    The engine takes it for a crash; `docker kill` it takes for a wish, and leaves it dead.
    """
    before = inspect(container)["State"]["StartedAt"]
    kill = ("sh", "-c", "kill -9 $(cat /proc/1/task/1/children)")
    # Its death may end this call too, so its exit code says nothing.
    subprocess.run(["docker", "exec", container, *kill], capture_output=True)
    assert eventually(lambda: inspect(container)["State"]["StartedAt"] != before)


def inspect(container: str) -> dict[str, Any]:
    """Return what the engine says of a container."""
    found: list[dict[str, Any]] = json.loads(docker("inspect", container))
    return found[0]


def is_healthy(container: str) -> bool:
    """Say whether a container is up and its health check says so."""
    state = inspect(container)["State"]
    return bool(state["Running"]) and state.get("Health", {}).get("Status") == "healthy"


def eventually(claim: Callable[[], bool], seconds: float = 400) -> bool:
    """Ask until `claim` holds; False when it did not in `seconds`, a bound and not an expectation."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if claim():
            return True
        time.sleep(0.5)
    return False
