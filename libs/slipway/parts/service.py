"""A service's processes: its web servers and its workers, or their hosts where they are Lambda functions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from slipway.manifest import Manifest
from slipway.parts.base import Listening, PartDefaults
from slipway.parts.probe import http_ok
from slipway.state.layout import Layout
from slipway.supervision.program import Program

Compute = Literal["processes", "lambda"]
"""Whether a service's roles are processes of their own, as in a container, or Lambda functions."""

Environment = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class WebService(Listening):
    """The web role of a service, under gunicorn. `environment` is asked for when the part is prepared."""

    manifest: Manifest
    environment: Environment
    compute: Compute = "processes"

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def stop_seconds(self) -> int:
        return self.manifest.roles["api"].stop_timeout

    def prepare(self) -> Program:
        folder = _folder(self.layout, self.name)
        if self.compute == "lambda":
            told = {"FUNCTION_KIND": "api", "FUNCTION_PORT": str(self.port)}
            return _function(self.manifest, self.environment(), folder, told)
        metrics = folder / "metrics"
        options = ("--config", "python:chassis.server.gunicorn", "--bind", self.address)
        return Program(
            argv=(sys.executable, "-m", "gunicorn", *options, f"{self.name}.wsgi:app"),
            env={**self.environment(), "PROMETHEUS_MULTIPROC_DIR": str(metrics)},
            cwd=folder,
            scratch=(metrics,),
        )

    def check(self) -> None:
        http_ok(self.port, "/readyz")


@dataclass(frozen=True)
class ServiceWorker(PartDefaults):
    """A worker role of a service."""

    layout: Layout
    manifest: Manifest
    role: str
    environment: Environment
    compute: Compute = "processes"

    @property
    def name(self) -> str:
        return f"{self.manifest.name}-{self.role}"

    @property
    def address(self) -> str:
        return ""

    @property
    def stop_seconds(self) -> int:
        return self.manifest.roles[self.role].stop_timeout

    def prepare(self) -> Program:
        if self.compute == "lambda":
            told = {"FUNCTION_KIND": "worker"}
            return _function(self.manifest, self.environment(), _folder(self.layout, self.name), told)
        module = f"{self.manifest.name}.{self.role.replace('-', '_')}"
        return Program(
            argv=(sys.executable, "-m", module),
            env=dict(self.environment()),
            cwd=_folder(self.layout, self.name),
        )

    def check(self) -> None:
        """A worker has no port to ask; it is healthy while it runs."""


def _function(
    manifest: Manifest, environment: Mapping[str, str], folder: Path, told: Mapping[str, str]
) -> Program:
    """Return what runs a role as a Lambda function, with all that calls it."""
    tables = [environment[table.env] for table in manifest.stores.tables if table.stream]
    named = {"SERVICE": manifest.name, "FUNCTION_TABLES": " ".join(tables), "PWD": str(folder)}
    return Program(
        argv=(sys.executable, "-m", "functions.serve"), env={**environment, **named, **told}, cwd=folder
    )


def _folder(layout: Layout, name: str) -> Path:
    folder = layout.part(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
