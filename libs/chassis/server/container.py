"""What runs in a service's container: `python -m chassis.server.container ROLE [ARGUMENTS]`.

ROLE is `api`, `shell`, or the name of a worker or task, which is the service's module of that name
and gets the further arguments: `rotate-keys --now`. In AWS Lambda it is `function-api` or `function-worker`.
SERVICE names the service. Where ENVIRONMENT_FILE
names a JSON file of variables, they are set first: what was made for this service when the suite was
provisioned. Variables that are set already win; when the file changes the role ends, to be started again
(restart_on_change.py). With RELOAD=1 the role is started again whenever a source file changes.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from chassis.process.restart_on_change import fingerprint
from chassis.server.dev_reload import Reloader

_USAGE = "usage: python -m chassis.server.container api|worker|migrate|shell|TASK [ARGUMENTS]\n"
_FUNCTIONS = {
    "function-api": "chassis.function.api.handler",
    "function-worker": "chassis.function.worker.handler",
}
_WITHOUT_ARGUMENTS = {"api", "shell", *_FUNCTIONS}


def main(arguments: list[str]) -> int:
    """Become the role, or return an exit status: 64 for wrong usage, 78 without its environment.

    `migrate` of a service without migrations does nothing and is 0: pipelines need not know which has some.
    """
    role, *further = arguments or [""]
    if further and role in _WITHOUT_ARGUMENTS:
        sys.stderr.write(f"{role} takes no arguments\n{_USAGE}")
        return 64
    service = os.environ["SERVICE"]
    if not _has(service, role):
        if role == "migrate":
            sys.stderr.write(f"{service} keeps no schema of its own: nothing to migrate\n")
            return 0
        sys.stderr.write(f"{service} has no role {role!r}\n{_USAGE}")
        return 64
    environment = _environment()
    return 78 if environment is None else become(role, environment, further)


def _environment() -> dict[str, str] | None:
    """Return the role's variables; None, with a word on standard error, while they are not there."""
    path = os.environ.get("ENVIRONMENT_FILE")
    if path and not Path(path).is_file():
        sys.stderr.write(f"{path} is not there yet: the suite's bootstrap writes it\n")
        return None
    if not path:
        return dict(os.environ)
    content = Path(path).read_bytes()
    return {**json.loads(content), **os.environ, "ENVIRONMENT_READ": fingerprint(content)}


def become(role: str, environment: dict[str, str], arguments: list[str]) -> int:
    """Replace this process by the role's, or with RELOAD=1 run it until the end and return its status."""
    if "PROMETHEUS_MULTIPROC_DIR" in environment:
        Path(environment["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)
    command = [*command_of(role, environment["SERVICE"], environment.get("PORT", "8080")), *arguments]
    if environment.get("RELOAD") == "1" and role != "shell":
        folders = [Path(entry) for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
        return Reloader(command, environment, folders).run()
    return _replace(command, environment)


def _has(service: str, role: str) -> bool:
    if role in _WITHOUT_ARGUMENTS:
        return True
    return _module(service, role) is not None


def _module(service: str, role: str) -> str | None:
    """Return the module of a role: a worker's stands in the package, a one-off task's in `commands`."""
    name = _name(role)
    if not name.isidentifier():  # what has a dot in it would be looked for inside something else
        return None
    candidates = (f"{service}.{name}", f"{service}.commands.{name}")
    return next((module for module in candidates if _exists(module)), None)


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # its package is not there
        return False


def _name(role: str) -> str:
    return role.replace("-", "_")


def _replace(command: list[str], environment: dict[str, str]) -> NoReturn:
    os.execvpe(command[0], command, environment)  # noqa: S606  # becoming the role is the point


def command_of(role: str, service: str, port: str) -> list[str]:
    """Return the command line of a role."""
    if role == "api":
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", "python:chassis.server.gunicorn"]
        return [*gunicorn, "--bind", f"0.0.0.0:{port}", f"{service}.wsgi:app"]
    if role in _FUNCTIONS:
        return [sys.executable, "-m", "awslambdaric", _FUNCTIONS[role]]
    if role == "shell":
        return [sys.executable, "-i", "-c", f"import {service}"]
    return [sys.executable, "-m", _module(service, role) or f"{service}.{_name(role)}"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
