"""The emulator and, where the image has it, the server of its tables, as one container's process.

`python -m emulator.container`; see settings.py for its environment. Whichever of the two
ends takes the other with it: the engine starts both again.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_TOOLS = Path("/opt/tools")
_TABLES_PORT = 4567
_START_SECONDS = 20.0
_STOP_SECONDS = 8.0


def main() -> int:
    """Run until SIGTERM (0), or until one of the two has ended (1)."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda given, _frame: stopping.append(given))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for command, environment in commands(os.environ, next(_TOOLS.glob("*/dynoxide"), None)):
            processes.append(subprocess.Popen(command, env=environment))
            if "DYNAMODB_UPSTREAM" not in environment:
                _await_port(_TABLES_PORT)
        while not stopping and all(process.poll() is None for process in processes):
            time.sleep(0.2)
        return 0 if stopping else 1
    finally:
        for process in reversed(processes):
            _end(process)


def commands(
    environment: Mapping[str, str], tables: Path | None
) -> list[tuple[Sequence[str], dict[str, str]]]:
    """Return what to start, in this order: each command with its environment.

    `tables` is the program that serves the tables, if there is one.
    """
    own = dict(environment)
    serve = [sys.executable, str(Path(__file__).with_name("serve.py"))]
    if tables is None:
        return [(serve, {**own, "DYNAMODB_UPSTREAM": ""})]
    data = str(Path(own["EMULATOR_STATE_DIR"]) / "dynamo.sqlite")
    server = [str(tables), "serve", "--host", "127.0.0.1", "--port", str(_TABLES_PORT), "--db-path", data]
    own.pop("DYNAMODB_UPSTREAM", None)
    return [(server, own), (serve, {**own, "DYNAMODB_UPSTREAM": f"http://127.0.0.1:{_TABLES_PORT}"})]


def _await_port(port: int) -> None:
    """Return once the port is open, or after a while: the next call to it then says what is wrong."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
