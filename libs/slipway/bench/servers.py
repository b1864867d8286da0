"""Servers that are put under load beside the suite's own: limits and peers."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from slipway.parts.binaries import nginx
from slipway.state.ports import pick
from slipway.supervision.program import base_environment
from slipway.terminal.problems import Problem

WORKERS = 2
_STOP_SECONDS = 30
_TRIES = 600


class Servers:
    """Starts servers at free ports of the loopback, and ends them with the block."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._stack = ExitStack()
        self._pids: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def pid(self, name: str) -> int:
        """Return the process id of a server."""
        return self._pids[name]

    def gunicorn(self, name: str, app: str, folder: Path, environment: Mapping[str, str]) -> str:
        """Serve a WSGI application as the suite's services are served; return its address.

        A service of the suite has the service's whole configuration, another application the same class
        of workers, as many of them and of their threads, and the same time that connections are kept.
        """
        if app.endswith(".wsgi:app"):
            options = ["--config", "python:chassis.server.gunicorn"]
        else:
            options = ["--worker-class", "chassis.server.worker.DrainingWorker", "--keep-alive", "75"]
            options += ["--workers", str(WORKERS), "--threads", "8", "--no-control-socket"]
        return self._start(
            name,
            [sys.executable, "-m", "gunicorn", *options, "--bind", "{address}", app],
            folder,
            environment,
        )

    def uvicorn(self, name: str, python: Path, app: str, folder: Path, environment: Mapping[str, str]) -> str:
        """Serve an ASGI application; return its address."""
        command = [str(python), "-m", "uvicorn", "--workers", str(WORKERS), "--no-access-log"]
        return self._start(name, [*command, "--port", "{port}", app], folder, environment)

    def nginx(self, name: str, configuration: Path, port: int) -> str:
        """Run nginx with a configuration in its own folder that listens on `port`; return its address."""
        binary, _ = nginx()
        command = [str(binary), "-p", "./", "-e", "stderr", "-c", configuration.name]
        return self._start(name, command, configuration.parent, {}, port)

    def _start(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        port: int | None = None,
    ) -> str:
        port = port or pick()
        address = f"127.0.0.1:{port}"
        argv = [
            part.format(address=address, port=port) if part in {"{address}", "{port}"} else part
            for part in command
        ]
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                argv,
                cwd=folder,
                env={**base_environment(), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        self._stack.callback(_stop, process)
        self._pids[name] = process.pid
        _await(process, port, log)
        return f"http://{address}"


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(_TRIES):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise Problem(f"{log.stem} does not start; see {log}", next_step="")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
