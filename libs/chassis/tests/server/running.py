"""gunicorn over a tiny service, for tests of both."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

ROOT = Path(__file__).parents[4]


def free_address() -> tuple[str, int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address: tuple[str, int] = probe.getsockname()
        return address


class Server:
    """gunicorn as the suite runs it, with two workers."""

    def __init__(
        self,
        folder: Path,
        listener: socket.socket | None = None,
        address: tuple[str, int] | None = None,
        **variables: str,
    ) -> None:
        self.address = address or free_address()
        host, port = self.address
        (folder / "metrics").mkdir()
        self.url = f"http://{host}:{port}"
        self.output = folder / "output"
        inherited = [listener.fileno()] if listener else []
        bind = f"fd://{inherited[0]}" if inherited else f"{host}:{port}"
        command = [sys.executable, "-m", "gunicorn", "--config", "python:chassis.server.gunicorn"]
        command += ["--bind", bind, "libs.chassis.tests.tiny.wsgi:app"]
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'libs'}:{ROOT}",
            "AUTH_ISSUER": "https://users.example.test",
            "AUTH_JWKS_URL": "http://127.0.0.1:9/jwks",
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            "WEB_CONCURRENCY": "2",
            "WEB_THREADS": "4",
            **variables,
        }
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=inherited,
            )

    def wait(self) -> None:
        """Return once it answers."""
        for _ in range(300):
            try:
                requests.get(f"{self.url}/livez", timeout=1)
            except requests.RequestException:
                assert self.process.poll() is None, self.output.read_text()
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self.output.read_text())

    def pids(self) -> set[int]:
        """Ask until two workers have answered, and return their process ids."""
        found: set[int] = set()
        with ThreadPoolExecutor(8) as pool:
            while len(found) < 2:
                asked = [
                    pool.submit(requests.get, f"{self.url}/v1/slow?seconds=0.2", timeout=60) for _ in range(8)
                ]
                found |= {answer.result().json()["pid"] for answer in asked}
        return found
