"""Liveness is the process; readiness is its stores, each with its own check and latency."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify

from chassis.errors import Problem

log = logging.getLogger(__name__)

WARM_UP_SECONDS = 10.0
_PAUSE_SECONDS = 0.5
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the service needs: `probe` raises when it is away.

    Without a `critical` one the service cannot work (503); without another it is slower
    or poorer (200, degraded).
    """

    name: str
    probe: Callable[[], object]
    critical: bool = True


def blueprint(checks: Sequence[Check]) -> Blueprint:
    """Return `/livez` and `/readyz`."""
    routes = Blueprint("health", __name__)

    @routes.get("/livez")
    def livez() -> Response:
        return _uncached(jsonify(status="ok"))

    @routes.get("/readyz")
    def readyz() -> Response:
        results = {check.name: _run(check) for check in checks}
        failed = [check for check in checks if results[check.name]["status"] != "ok"]
        critical = any(check.critical for check in failed)
        status = "unavailable" if critical else "degraded" if failed else "ok"
        response = _uncached(jsonify(status=status, checks=results))
        response.status_code = 503 if critical else 200
        if critical:
            response.headers["Retry-After"] = "2"
        return response

    return routes


def warm_up(
    checks: Sequence[Check],
    timeout: float = WARM_UP_SECONDS,
    is_wanted: Callable[[], bool] = lambda: True,
) -> None:
    """Ask for everything, so that the first request finds connections made and keys read.

    What is away is logged, and asked for again where it is critical. This returns after `timeout`
    seconds all the same, also when something hangs, and as soon as `is_wanted` says that it is in vain.
    """
    deadline = time.monotonic() + timeout

    def goes_on() -> bool:
        return time.monotonic() < deadline and is_wanted()

    asking = [threading.Thread(target=_insist, args=(check, goes_on), daemon=True) for check in checks]
    for thread in asking:
        thread.start()
    while goes_on() and any(thread.is_alive() for thread in asking):
        time.sleep(_LOOK_SECONDS)


def _insist(check: Check, goes_on: Callable[[], bool]) -> None:
    while _run(check)["status"] != "ok" and check.critical and goes_on():
        time.sleep(_PAUSE_SECONDS)


def _run(check: Check) -> dict[str, object]:
    started = time.perf_counter()
    status = "ok"
    try:
        check.probe()
    except (Problem, OSError) as error:
        status = "failed"
        log.warning("check failed", extra={"check": check.name, "error": repr(error.__cause__ or error)})
    except Exception:
        status = "failed"
        log.exception("check failed", extra={"check": check.name})
    return {"status": status, "latency_ms": round((time.perf_counter() - started) * 1000, 2)}


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
