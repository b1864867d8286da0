"""The app factory that every service calls with its own parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from flask import Flask, Response, g, jsonify, request
from werkzeug.routing import Rule

from chassis.accounts import AccountGate, ErasedAccounts
from chassis.clock import utc_now
from chassis.http import docs, encodings, health, metrics, problems
from chassis.http.cached import AnswerCache
from chassis.http.cors import CrossOrigin
from chassis.http.fast_path import FastPath
from chassis.http.openapi import ApiInfo
from chassis.http.proxies import TrustedProxies
from chassis.http.routing import Dispatcher, Routes
from chassis.idempotency import IdempotencyStore
from chassis.idempotency.keys import Keys
from chassis.identity.auth import TokenVerifier
from chassis.identity.jwks import JwksCache, fetch_from
from chassis.schemas import format_time
from chassis.settings import ServiceSettings
from chassis.telemetry import trace_context
from chassis.telemetry.request_recorder import RequestRecorder
from chassis.turns import Turns


def build(
    info: ApiInfo,
    settings: ServiceSettings,
    *,
    routes: Sequence[Routes],
    checks: Sequence[health.Check],
    idempotency: IdempotencyStore | None = None,
    cache: AnswerCache | None = None,
    verifier: TokenVerifier | None = None,
    accounts: ErasedAccounts | None = None,
    may_change: Callable[[str], None] | None = None,
) -> Flask:
    """Return a Flask app with `routes` and everything that every service has.

    `cache` is where the answers of routes that declare `cached` are found. `verifier` defaults to one that
    reads the keys at `settings.auth_jwks_url`; tests pass their own.
    With `accounts` every call of an account that is erased is refused, before anything else of it is read.
    `may_change` raises TooMany for an account that has changed too much of late; it is asked before all else.
    """
    app = Flask(info.name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.wsgi_app = TrustedProxies(  # type: ignore[method-assign]
        app.wsgi_app, settings.trusted_proxies, settings.edge_domain
    )
    recorder = RequestRecorder(settings.log_request_share)
    _trace_requests(app, recorder)
    problems.install(app)
    encodings.install(app)
    metrics.install(app)
    app.register_blueprint(health.blueprint(checks))
    verifier = verifier or default_verifier(settings)
    keys = Keys(idempotency, settings.max_kept_answer_bytes) if idempotency else None
    fast_path = None if cache is None else FastPath(app.wsgi_app, cache, verifier, recorder)
    gate = AccountGate(accounts) if accounts else None
    changes = Turns(settings.max_changes_at_once, waiting=0, timeout=0)
    dispatcher = Dispatcher(app, verifier, keys, gate, fast_path, changes, may_change)
    dispatcher.add(*routes)
    app.wsgi_app = fast_path or app.wsgi_app  # type: ignore[method-assign]
    if allowed := settings.allowed_origins():
        app.wsgi_app = CrossOrigin(app.wsgi_app, allowed)  # type: ignore[method-assign]
    issuer = settings.auth_issuer if settings.auth_token_profile == "rfc9068" else ""  # noqa: S105  # a name
    app.register_blueprint(docs.blueprint(info, dispatcher.routes, issuer))
    _add_version(app, info, settings)
    app.extensions["slipway.needs"] = [*checks, health.Check("issuer_keys", verifier.prepare)]
    app.extensions["slipway.info"] = info
    app.extensions["slipway.routes"] = dispatcher.routes
    return app


def default_verifier(settings: ServiceSettings) -> TokenVerifier:
    """Return the verifier of tokens from the issuer that the settings name."""
    keys = JwksCache(fetch_from(settings.auth_jwks_url))
    return TokenVerifier(
        settings.auth_issuer, settings.auth_audience, keys, profile=settings.auth_token_profile
    )


def _trace_requests(app: Flask, recorder: RequestRecorder) -> None:
    @app.before_request
    def _begin() -> None:
        g.started = time.perf_counter()
        trace = trace_context.start(request.headers.get("traceparent"), request.headers.get("X-Request-Id"))
        g.trace_token = trace_context.activate(trace)

    @app.after_request
    def _name(response: Response) -> Response:
        trace = trace_context.current()
        if trace is not None:
            response.headers["X-Request-Id"] = trace.request_id
        rule: Rule | None = request.url_rule
        seconds = time.perf_counter() - g.started
        route = rule.rule if rule else None
        recorder.record(trace, request.method, route, request.path, response.status_code, seconds)
        return response

    @app.teardown_request
    def _end(_error: BaseException | None) -> None:
        if token := g.pop("trace_token", None):
            trace_context.deactivate(token)


def _add_version(app: Flask, info: ApiInfo, settings: ServiceSettings) -> None:
    started_at = format_time(utc_now())

    @app.get("/version")
    def version() -> Response:
        return jsonify(
            service=info.name, version=settings.version, commit=settings.commit, started_at=started_at
        )
