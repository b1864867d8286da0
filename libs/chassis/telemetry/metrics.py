"""Prometheus metrics: requests by route template, method and status, their duration, and what workers do."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

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
