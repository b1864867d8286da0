"""Request ids and W3C trace context, carried through calls, events and log lines.

Format of `traceparent`: https://www.w3.org/TR/trace-context/#traceparent-header
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, replace

from chassis.ids import new_id

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})\Z")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,128}\Z")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where in a trace we are: `span_id` is ours, `request_id` the one the client sees."""

    trace_id: str
    span_id: str
    flags: str
    request_id: str

    @property
    def traceparent(self) -> str:
        """The header value that makes the next hop a child of this span."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[TraceContext | None] = ContextVar("trace", default=None)


def start(traceparent: str | None = None, request_id: str | None = None) -> TraceContext:
    """Return a span that continues `traceparent` where it is well-formed, else begins a new trace.

    A `request_id` that is not 8 to 128 of `[A-Za-z0-9._-]` is replaced by a fresh one.
    """
    match = _TRACEPARENT.match(traceparent or "")
    known = match is not None and match[1] != "0" * 32 and match[2] != "0" * 16
    fresh = secrets.token_hex(24)  # asked for once: it is a call of the system
    return TraceContext(
        trace_id=match[1] if match and known else fresh[:32],
        span_id=fresh[32:],
        flags=match[3] if match and known else "01",
        request_id=request_id if request_id and _REQUEST_ID.match(request_id) else str(new_id()),
    )


def current() -> TraceContext | None:
    """Return the span that this thread of work belongs to, if any."""
    return _current.get()


def activate(trace: TraceContext) -> Token[TraceContext | None]:
    """Make `trace` the current one until :func:`deactivate` is called with the result."""
    return _current.set(trace)


def deactivate(token: Token[TraceContext | None]) -> None:
    """Undo :func:`activate`."""
    _current.reset(token)


@contextmanager
def active(trace: TraceContext) -> Iterator[TraceContext]:
    """Make `trace` the current one inside the block."""
    token = activate(trace)
    try:
        yield trace
    finally:
        deactivate(token)


def outgoing_headers() -> dict[str, str]:
    """Return the headers that carry the current trace to another service."""
    trace = current()
    if trace is None:
        return {}
    child = replace(trace, span_id=secrets.token_hex(8))
    return {"traceparent": child.traceparent, "X-Request-Id": trace.request_id}
