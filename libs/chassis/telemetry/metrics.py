"""Prometheus metrics: requests by route template, method and status, and their duration."""

from __future__ import annotations

import os

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client import REGISTRY as DEFAULT_REGISTRY
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("http_requests_total", "Requests answered.", ["route", "method", "status"])
DURATION = Histogram(
    "http_request_duration_seconds",
    "Time to answer.",
    ["route", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
MESSAGES = Counter("worker_messages_total", "Messages handled.", ["queue", "outcome"])
OUTBOX = Counter("outbox_events_total", "Events of the outbox.", ["outcome"])
CACHE = Counter("cache_reads_total", "Cache reads.", ["cache", "outcome"])


def install(app: Flask) -> None:
    """Serve `/metrics`, which the gateway does not route; request_recorder.py counts the requests."""

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """All processes of this service where gunicorn runs several, else this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return DEFAULT_REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's constructor has no types
    return registry
