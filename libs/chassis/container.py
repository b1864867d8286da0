"""What runs in a service's container: `python -m chassis.container ROLE`.

ROLE is `api`, `shell`, `health`, or the name of a worker or task role, which is the service's module
of that name. SERVICE names the service. Where ENVIRONMENT_FILE names a JSON file of
variables, they are set first: what was made for this service when the suite was provisioned. Variables
that are set already win.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NoReturn

_STALE_SECONDS = 30.0


def main(arguments: list[str]) -> int:
    """Become the role, or return an exit status: 64 for wrong usage, 78 without its environment."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m chassis.container api|worker|migrate|shell|health\n")
        return 64
    role = arguments[0]
    if role == "health":
        return health()
    path = os.environ.get("ENVIRONMENT_FILE")
    if path and not Path(path).is_file():
        sys.stderr.write(f"{path} is not there yet: the suite's bootstrap writes it\n")
        return 78
    given = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    return become(role, {**given, **os.environ})


def become(role: str, environment: dict[str, str]) -> NoReturn:
    """Replace this process by the role's."""
    if "PROMETHEUS_MULTIPROC_DIR" in environment:
        Path(environment["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)
    command = command_of(role, environment["SERVICE"], environment.get("PORT", "8080"))
    os.execvpe(command[0], command, environment)  # noqa: S606  # becoming the role is the point


def command_of(role: str, service: str, port: str) -> list[str]:
    """Return the command line of a role."""
    if role == "api":
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", "python:chassis.gunicorn"]
        return [*gunicorn, "--bind", f"0.0.0.0:{port}", f"{service}.wsgi:app"]
    if role == "shell":
        return [sys.executable, "-i", "-c", f"import {service}"]
    return [sys.executable, "-m", f"{service}.{role.replace('-', '_')}"]


def health() -> int:
    """Return 0 for a container that is at work: a fresh heartbeat of a worker, else an answer of the api."""
    heartbeat = os.environ.get("HEARTBEAT_FILE")
    if heartbeat and Path(heartbeat).exists():
        return int(time.time() - Path(heartbeat).stat().st_mtime > _STALE_SECONDS)
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8080')}/livez"
    try:
        with urllib.request.urlopen(url, timeout=3) as response:
            return int(response.status != 200)
    except (urllib.error.URLError, OSError):
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
