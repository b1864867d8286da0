"""JSON log lines on standard output: a constant message plus fields, with the trace's ids.

Secrets stay out by construction: only fields given in `extra` are written, and
those with a telling name are masked, at any depth.
"""

from __future__ import annotations

import io
import logging
import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

from chassis.schemas import format_time
from chassis.telemetry import trace_context

_SECRET = re.compile(r"password|secret|token|authorization|cookie|signature|credential", re.IGNORECASE)
_DEEPEST = 5


class _TraceFilter(logging.Filter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def filter(self, record: logging.LogRecord) -> bool:
        record.service = self._service
        trace = trace_context.current()
        if trace is not None:
            record.request_id = trace.request_id
            record.trace_id = trace.trace_id
        return True


class _MaskingFormatter(JsonFormatter):
    def formatTime(self, record: logging.LogRecord, _format: str | None = None) -> str:  # noqa: N802  # logging's
        return format_time(datetime.fromtimestamp(record.created, UTC))

    def process_log_record(self, log_data: dict[str, object]) -> dict[str, object]:
        return {key: _masked(key, value) for key, value in log_data.items()}


def _masked(key: str, value: object, depth: int = 0) -> object:
    if _SECRET.search(key):
        return "***"
    if depth > _DEEPEST:
        return "..."
    if isinstance(value, Mapping):
        return {str(name): _masked(str(name), inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked("", inner, depth + 1) for inner in value]
    return value


@dataclass(frozen=True, slots=True)
class DirectOutput:
    """Standard output for lines that are JSON already, past `logging` and its lock."""

    service: str
    descriptor: int

    def write(self, line: str) -> None:
        """Write a line by one call: 4096 bytes to a pipe, and lines of a file, stay in one piece."""
        with suppress(OSError):  # as with `logging`, no request fails for its line
            os.write(self.descriptor, line.encode())


class _Output(logging.StreamHandler[TextIO]):
    """Writes to standard output; `direct` is None where that is no file, as in some tests."""

    def __init__(self, service: str) -> None:
        super().__init__(sys.stdout)
        self.direct: DirectOutput | None = None
        with suppress(io.UnsupportedOperation):
            self.direct = DirectOutput(service, sys.stdout.fileno())


def direct_output() -> DirectOutput | None:
    """Return where lines go that are JSON already; None unless `configure` alone decides where lines go."""
    handlers = logging.root.handlers
    return handlers[0].direct if len(handlers) == 1 and isinstance(handlers[0], _Output) else None


def configure(service: str, level: str = "INFO") -> None:
    """Send every logger of the process to standard output as JSON; safe to call again."""
    handler = _Output(service)
    handler.setFormatter(
        _MaskingFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )
    )
    handler.addFilter(_TraceFilter(service))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    for chatty in ("botocore", "boto3", "urllib3", "alembic", "PIL"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.root.level))
