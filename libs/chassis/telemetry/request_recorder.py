"""What is kept of every request: one line in the log, a count and a duration.

All requests pass here, so it takes little: metrics are looked up once per route, and the line is not
formatted by `logging` but put together from constants and a few fields, and written by one call, unlocked.
"""

from __future__ import annotations

import logging
import random
import time
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted

from prometheus_client import Counter, Histogram

from chassis.telemetry import logs, metrics
from chassis.telemetry.trace_context import TraceContext

log = logging.getLogger(__name__)

_PROBES = {"/livez", "/readyz", "/metrics"}  # asked every few seconds by machines
_LONGEST_PATH = 500
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # callers could make up any number


class RequestRecorder:
    """Records requests; `share` is how many of those that went well have a line in the log, 0 to 1."""

    def __init__(self, share: float = 1.0) -> None:
        self._share = share

    def record(
        self,
        trace: TraceContext | None,
        method: str,
        route: str | None,
        path: str,
        status: int,
        seconds: float,
    ) -> None:
        """Count a request and write its line. `route` is the route's template, None where there is none."""
        known = method if method in _METHODS else "other"
        _count_of(route or "unmatched", known, status).inc()
        _duration_of(route or "unmatched", known).observe(seconds)
        if self._is_logged(path, status):
            _write(trace, method, route, path[:_LONGEST_PATH], status, round(seconds * 1000, 2))

    def _is_logged(self, path: str, status: int) -> bool:
        if status >= 400:
            return status >= 500 or path not in _PROBES
        chosen = self._share >= 1 or random.random() < self._share  # noqa: S311  # a sample, no secret
        return chosen and path not in _PROBES


@lru_cache(maxsize=4096)
def _count_of(route: str, method: str, status: int) -> Counter:
    return metrics.REQUESTS.labels(route, method, str(status))


@lru_cache(maxsize=1024)
def _duration_of(route: str, method: str) -> Histogram:
    return metrics.DURATION.labels(route, method)


def _write(
    trace: TraceContext | None, method: str, route: str | None, path: str, status: int, milliseconds: float
) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    output = logs.direct_output()
    if output is None or trace is None:
        fields = {"method": method, "route": route, "path": path, "status": status}
        log.info("request", extra={**fields, "duration_ms": milliseconds})
        return
    now = time.time()
    output.write(
        f'{{"time": "{_second(int(now))}.{int(now % 1 * 1000):03d}Z", "level": "INFO",'
        f' "logger": "{__name__}", "message": "request", "service": {quoted(output.service)},'
        f' "request_id": "{trace.request_id}", "trace_id": "{trace.trace_id}",'
        f' "method": {quoted(method)}, "route": {quoted(route) if route else "null"},'
        f' "path": {quoted(path)}, "status": {status}, "duration_ms": {milliseconds}}}\n'
    )


@lru_cache(maxsize=2)
def _second(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
