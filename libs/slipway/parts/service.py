"""A service's processes: its web servers and its workers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.manifest import Manifest
from slipway.parts.base import Listening, PartDefaults
from slipway.parts.probe import http_ok
from slipway.state.layout import Layout
from slipway.supervision.program import Program

Environment = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class WebService(Listening):
    """The web role of a service, under gunicorn. `environment` is asked for when the part is prepared."""

    manifest: Manifest
    environment: Environment

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def stop_seconds(self) -> int:
        return self.manifest.roles["api"].stop_timeout

    def prepare(self) -> Program:
        folder = _folder(self.layout, self.name)
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
        module = f"{self.manifest.name}.{self.role.replace('-', '_')}"
        return Program(
            argv=(sys.executable, "-m", module),
            env=dict(self.environment()),
            cwd=_folder(self.layout, self.name),
        )

    def check(self) -> None:
        """A worker answers to nobody; that it stays up is all that is asked."""


def _folder(layout: Layout, name: str) -> Path:
    folder = layout.part(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
