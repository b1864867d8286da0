"""Cached answers served before Flask: token, Redis, bytes out.

A GET route that declares `cached=...` says under which field its answer stands in the caller's part of
the cache. Flask answers the first request of each target (path and query), and the fast path learns the
field from it. Later requests of that target it answers with what one exchange with Redis finds.

Whatever it does not know it hands to Flask: another method, a body, a target or a token that is new, a
missing scope, an answer that is not in the cache. So it never decides what is wrong with a request. Status,
headers, log line and metrics are those of Flask's answer; a test compares the two ways.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.errors import Problem
from chassis.http import etags
from chassis.http.cached import AnswerCache, unpack
from chassis.identity.auth import Access, Caller, TokenVerifier
from chassis.telemetry import trace_context
from chassis.telemetry.request_recorder import RequestRecorder

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MOST_TARGETS = 10_000
_LONGEST_TARGET = 2048
_LONGEST_CONDITION = 256


@dataclass(frozen=True, slots=True)
class FoundRoute:
    """What Flask has found out about one path and query: the same for every caller.

    `route` is the route's template, `path` what the log shows, `field` where the answer stands in the cache.
    """

    route: str
    path: str
    field: str
    access: Access
    cache_control: str


@dataclass(frozen=True, slots=True)
class _CachedAnswer:
    """An answer: the body is None for a 304."""

    etag: str
    body: bytes | None


class FastPath:
    """A WSGI application in front of Flask's."""

    def __init__(
        self, app: WSGIApplication, cache: AnswerCache, verifier: TokenVerifier, recorder: RequestRecorder
    ) -> None:
        self._app = app
        self._cache = cache
        self._verifier = verifier
        self._recorder = recorder
        self._targets: dict[tuple[str, str], FoundRoute] = {}

    def learn(self, environ: WSGIEnvironment, target: FoundRoute) -> None:
        """Remember what a request that Flask has answered well was about."""
        path, query = key = _key_of(environ)
        if len(path) + len(query) > _LONGEST_TARGET:
            return
        if len(self._targets) >= _MOST_TARGETS:
            self._targets = {}  # what is in use is learnt again at once
        self._targets[key] = target

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the cache, or let Flask answer."""
        started = time.perf_counter()
        target = self._targets.get(_key_of(environ)) if _is_plain_get(environ) else None
        found = None if target is None else self._find(environ, target)
        if target is None or found is None:
            return self._app(environ, start_response)
        trace = trace_context.start(environ.get("HTTP_TRACEPARENT"), environ.get("HTTP_X_REQUEST_ID"))
        status = "304 NOT MODIFIED" if found.body is None else "200 OK"
        start_response(status, _headers(target, found, trace.request_id))
        seconds = time.perf_counter() - started
        self._recorder.record(trace, "GET", target.route, target.path, int(status[:3]), seconds)
        return () if found.body is None else (found.body,)

    def _find(self, environ: WSGIEnvironment, target: FoundRoute) -> _CachedAnswer | None:
        caller = self._caller(environ.get("HTTP_AUTHORIZATION", ""))
        if caller is None or not target.access.scopes <= caller.scopes:
            return None
        condition: str = environ.get("HTTP_IF_NONE_MATCH", "")
        held = condition if len(condition) <= _LONGEST_CONDITION else ""
        kept = self._cache.find(caller.subject, target.field, held)
        if not kept:  # an empty value says that there is no such thing
            return None
        etag, body = unpack(kept)
        if condition and (condition == etag or etags.is_current(etag, condition)):
            return _CachedAnswer(etag, None)
        return None if body is None else _CachedAnswer(etag, body)

    def _caller(self, authorization: str) -> Caller | None:
        try:
            return self._verifier.remembered(authorization)
        except Problem:  # the issuer has withdrawn the key, or cannot be asked: Flask says so
            return None


def _is_plain_get(environ: WSGIEnvironment) -> bool:
    """Say whether nothing but the method, target and headers is of interest."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not environ.get("CONTENT_LENGTH")
        and "HTTP_TRANSFER_ENCODING" not in environ
        and "HTTP_CONTENT_ENCODING" not in environ
        and not environ.get("SCRIPT_NAME")
    )


def _key_of(environ: WSGIEnvironment) -> tuple[str, str]:
    return environ["PATH_INFO"], environ.get("QUERY_STRING", "")


def _headers(target: FoundRoute, found: _CachedAnswer, request_id: str) -> list[tuple[str, str]]:
    """Return the headers in the order in which Flask's answers have them."""
    headers = [
        ("Cache-Control", target.cache_control),
        ("Vary", "Authorization"),
        ("ETag", found.etag),
        ("X-Cache", "hit"),
        ("X-Request-Id", request_id),
    ]
    if found.body is None:
        return headers
    return [("Content-Type", "application/json"), ("Content-Length", str(len(found.body))), *headers]
