"""Calls of pages from other origins, allowed by the service itself where several origins may call.

An edge that knows one origin answers browsers alone; it cannot where there are more (AWS's load balancer
has room for one). https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Traceparent, X-Request-Id"
EXPOSED = (
    "ETag, Location, Retry-After, X-Request-Id, X-Cache, Idempotency-Replayed,"
    " RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
)
SECONDS = 600


class CrossOrigin:
    """WSGI middleware: pages of `origins` may call `inner`, with cookies, and read every answer."""

    def __init__(self, inner: WSGIApplication, origins: Sequence[str]) -> None:
        self._inner = inner
        self._origins = frozenset(origins)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        allowed = self._allowed(environ.get("HTTP_ORIGIN", ""))
        if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            start_response("204 No Content", [*allowed, *(_PREFLIGHT if len(allowed) > 1 else [])])
            return []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*headers, *allowed], exc_info)

        return self._inner(environ, start)

    def _allowed(self, origin: str) -> list[tuple[str, str]]:
        vary = ("Vary", "Origin")
        if origin not in self._origins:
            return [vary]
        return [
            vary,
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Expose-Headers", EXPOSED),
        ]


_PREFLIGHT = [
    ("Access-Control-Allow-Methods", METHODS),
    ("Access-Control-Allow-Headers", HEADERS),
    ("Access-Control-Max-Age", str(SECONDS)),
]
