"""The services of the checkout as their manifests name them, read as files and not by code of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_ROOT = Path(__file__).parents[2]
MANIFESTS: dict[str, dict[str, Any]] = {
    path.parent.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted(_ROOT.glob("services/*/service.yaml"))
}
SERVICES = [name for name, one in MANIFESTS.items() if one.get("visibility", "public") == "public"]


def roles(kind: str) -> list[str]:
    """Return the containers of every role of `kind` (worker, task), as `<service>-<role>`."""
    return [
        f"{name}-{role}"
        for name, one in MANIFESTS.items()
        for role, settings in one["roles"].items()
        if settings["kind"] == kind
    ]


WORKERS, TASKS = roles("worker"), roles("task")


def stores_of(container: str) -> set[str]:
    """Return which of Postgres and Redis the service of a container has."""
    stores = MANIFESTS[container.partition("-")[0]].get("stores", {})
    return {"postgres", "redis"} & stores.keys()
