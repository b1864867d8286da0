"""`/metrics` for Prometheus, on the service's own port: the gateway does not route it.

Only who asks by an address or by a host's short name gets it. A page can have its own domain lead
to this port (DNS rebinding) and would read the answer as one of its own; its requests name that domain.
"""

from __future__ import annotations

import os
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client import REGISTRY as DEFAULT_REGISTRY
from prometheus_client.multiprocess import MultiProcessCollector

from chassis.errors import NotFound


def install(app: Flask) -> None:
    """Serve what `telemetry.metrics` counts; request_recorder.py counts the requests."""

    @app.get("/metrics")
    def metrics() -> Response:
        if not _is_no_domain(request.environ.get("HTTP_HOST", "")):
            raise NotFound("Ask for the metrics by this host's address, not by a domain.")
        return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _is_no_domain(host: str) -> bool:
    with suppress(ValueError):
        name = urlsplit(f"//{host}").hostname or ""
        return "." not in name or bool(ip_address(name))
    return False


def _registry() -> CollectorRegistry:
    """All processes of this service where gunicorn runs several, else this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return DEFAULT_REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's constructor has no types
    return registry
