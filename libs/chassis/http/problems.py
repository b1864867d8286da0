"""Every error answer is `application/problem+json` (RFC 9457): never HTML, never a stack trace."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from chassis.errors import Invalid, Problem, TooMany, Transient
from chassis.outcomes import outcome_of
from chassis.telemetry import trace_context

log = logging.getLogger(__name__)

_TYPE = "https://slipway.dev/problems/"


def document(status: int, slug: str, title: str, detail: str, errors: object = None) -> Response:
    """Return a problem response for the current request."""
    trace = trace_context.current()
    body: dict[str, object] = {
        "type": _TYPE + slug,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": trace.request_id if trace else None,
    }
    if errors:
        body["errors"] = errors
    response = Response(json.dumps(body), status=status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def install(app: Flask) -> None:
    """Make every error of `app` a problem document."""
    app.register_error_handler(Problem, _from_problem)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _from_bug)


def describe(error: Problem) -> dict[str, object]:
    """Return what `error` says, as the members of a problem document that do not depend on the request."""
    outcome = outcome_of(error)
    body: dict[str, object] = {
        "type": _TYPE + outcome.slug,
        "title": outcome.title,
        "status": outcome.status,
        "detail": str(error),
    }
    if isinstance(error, Invalid) and error.errors:
        body["errors"] = [{"pointer": item.pointer, "message": item.message} for item in error.errors]
    return body


def _from_problem(error: Problem) -> Response:
    outcome = outcome_of(error)
    fields = None
    if isinstance(error, Invalid):
        fields = [{"pointer": item.pointer, "message": item.message} for item in error.errors]
    response = document(outcome.status, outcome.slug, outcome.title, str(error), fields)
    if isinstance(error, TooMany | Transient):
        response.headers["Retry-After"] = str(error.retry_after)
    if outcome.status == HTTPStatus.UNAUTHORIZED:
        sent = "Authorization" in request.headers
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if sent else "Bearer"
    if isinstance(error, Transient):
        log.warning("dependency unavailable", extra={"error": repr(error.__cause__ or error)})
    return response


def _from_http(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    title = error.name  # Werkzeug's, because Python renamed some between versions
    response = document(status, title.lower().replace(" ", "-"), title, error.description or title)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _from_bug(error: Exception) -> Response:
    log.error("unhandled error", exc_info=error, extra={"path": request.path, "method": request.method})
    outcome = outcome_of(error)
    detail = "Something went wrong on our side; quote the request id when you report it."
    return document(outcome.status, outcome.slug, outcome.title, detail)
