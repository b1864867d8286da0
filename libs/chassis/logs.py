"""JSON log lines on standard output: a constant message plus fields, with the trace's ids.

Secrets stay out by construction: only fields given in `extra` are written, and
those with a telling name are masked.
"""

from __future__ import annotations

import logging
import re
import sys

from pythonjsonlogger.json import JsonFormatter

from chassis import tracing

_SECRET = re.compile(r"password|secret|token|authorization|cookie|signature|credential", re.IGNORECASE)


class _TraceFilter(logging.Filter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def filter(self, record: logging.LogRecord) -> bool:
        record.service = self._service
        trace = tracing.current()
        if trace is not None:
            record.request_id = trace.request_id
            record.trace_id = trace.trace_id
        return True


class _MaskingFormatter(JsonFormatter):
    def process_log_record(self, log_data: dict[str, object]) -> dict[str, object]:
        return {key: "***" if _SECRET.search(key) else value for key, value in log_data.items()}


def configure(service: str, level: str = "INFO") -> None:
    """Send every logger of the process to standard output as JSON; safe to call again."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        _MaskingFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
        )
    )
    handler.addFilter(_TraceFilter(service))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    for chatty in ("botocore", "boto3", "urllib3", "alembic", "PIL"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.root.level))
