"""The tables in the services' READMEs: their variables from the code, their permissions from the manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from slipway.checkout import openapi
from slipway.manifest import Manifest, Permission, load_all
from slipway.terminal.problems import Problem

VARIABLES = "## Its environment"
PERMISSIONS = "## What its AWS role may do"

# Run in a process of its own, as the OpenAPI document is made: the service's packages are not ours.
_FIELDS = """
import importlib, inspect, json, sys
from chassis.settings import ServiceSettings

config = importlib.import_module(sys.argv[1] + ".config")
kinds = [kind for _, kind in inspect.getmembers(config, inspect.isclass) if issubclass(kind, ServiceSettings)]
settings = {role: getattr(config, role.capitalize() + "Settings", None) for role in ("api", "worker")}
roles = {role: kind.model_fields for role, kind in settings.items() if kind}
fields = {}
for kind in sorted(kinds, key=lambda kind: len(kind.model_fields)):
    for name, info in kind.model_fields.items():
        having = [role for role, has in roles.items() if name in has]
        only = f" ({having[0]})" if having and len(having) < len(roles) else ""
        unset = "required" if info.is_required() else "unset"
        default = unset if info.is_required() or info.default is None else f"`{info.default}`"
        fields.setdefault(name.upper(), [default, info.description + only])
json.dump(fields, sys.stdout)
"""


def path(root: Path, name: str) -> Path:
    """Return where the README of service `name` is."""
    return root / "services" / name / "README.md"


def is_current(root: Path, name: str) -> bool:
    """Say whether the README's tables are what code and manifest say. Raises Problem."""
    return path(root, name).read_text(encoding="utf-8") == text(root, name)


def write(root: Path, name: str) -> None:
    """Write the tables of the README of service `name`. Raises Problem."""
    path(root, name).write_text(text(root, name), encoding="utf-8")


def text(root: Path, name: str) -> str:
    """Return the README of service `name` with its tables as they should be. Raises Problem."""
    found = path(root, name).read_text(encoding="utf-8")
    found = _with_table(found, VARIABLES, _variables(root, name))
    return _with_table(found, PERMISSIONS, _permissions(load_all(root)[name]))


def _with_table(document: str, heading: str, table: str) -> str:
    """Put `table` behind `heading`, in the place of the table that stands there."""
    before, found, after = document.partition(f"{heading}\n")
    if not found:
        raise Problem(f"a README has no heading {heading!r}", next_step="add it where its table shall stand")
    lines = after.lstrip("\n").splitlines(keepends=True)
    while lines and lines[0].startswith("|"):
        lines.pop(0)
    rest = "".join(lines).lstrip("\n")
    return f"{before}{heading}\n\n{table}" + (f"\n{rest}" if rest else "")


def _variables(root: Path, name: str) -> str:
    rows = [f"| `{field}` | {default} | {said} |" for field, (default, said) in _fields(root, name).items()]
    return "\n".join(["| variable | default | what it is |", "|---|---|---|", *rows]) + "\n"


def _fields(root: Path, name: str) -> dict[str, tuple[str, str]]:
    fields: dict[str, tuple[str, str]] = json.loads(openapi.ask(root, name, _FIELDS))
    return fields


def _permissions(manifest: Manifest) -> str:
    rows = [row for permission in manifest.granted for row in _rows(permission)]
    return "\n".join(["| action | on |", "|---|---|", *rows]) + "\n"


def _rows(permission: Permission) -> Iterator[str]:
    """Yield a row for each AWS service among the actions."""
    by_service: dict[str, list[str]] = {}
    for action in permission.allow:
        service, _, verb = action.partition(":")
        by_service.setdefault(service, []).append(verb)
    on = ", ".join(f"`{resource}`" for resource in permission.on)
    for service, (first, *others) in by_service.items():
        actions = ", ".join([f"`{service}:{first}`", *(f"`{verb}`" for verb in others)])
        yield f"| {actions} | {on} |"
