"""Prometheus metrics: requests by route template, method and status, and their duration."""

from __future__ import annotations

import os
import time

from flask import Flask, Response, g, request
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
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # callers could make up any number


def install(app: Flask) -> None:
    """Count the requests of `app` and serve `/metrics` (which the gateway does not route)."""

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(route, method, str(response.status_code)).inc()
        DURATION.labels(route, method).observe(elapsed())
        return response

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def elapsed() -> float:
    """Return the seconds since the current request began."""
    return time.perf_counter() - float(g.get("started", time.perf_counter()))


def _registry() -> CollectorRegistry:
    """All processes of this service where gunicorn runs several, else this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return DEFAULT_REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's constructor has no types
    return registry
