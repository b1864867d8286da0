from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from chassis.errors import Transient
from chassis.http.health import Check, blueprint, warm_up


def ready(*checks: Check) -> TestResponse:
    app = Flask("notes")
    app.register_blueprint(blueprint(checks))
    return app.test_client().get("/readyz")


def failing(error: Exception) -> Callable[[], None]:
    def probe() -> None:
        raise error

    return probe


def statuses(response: TestResponse) -> dict[str, str]:
    document: Any = response.json
    return {name: check["status"] for name, check in document["checks"].items()}


def test_a_process_that_answers_is_alive_whatever_its_stores_do() -> None:
    app = Flask("notes")
    app.register_blueprint(blueprint([Check("store", failing(Transient("away")))]))
    response = app.test_client().get("/livez")
    assert (response.status_code, response.json) == (200, {"status": "ok"})
    assert response.headers["Cache-Control"] == "no-store"


def test_with_all_its_stores_it_is_ready() -> None:
    response = ready(Check("store", lambda: None), Check("cache", lambda: None, critical=False))
    assert response.status_code == 200
    assert response.json["status"] == "ok"  # type: ignore[index]
    assert statuses(response) == {"store": "ok", "cache": "ok"}
    assert response.headers["Cache-Control"] == "no-store"


def test_without_anything_to_need_it_is_ready() -> None:
    assert ready().json == {"status": "ok", "checks": {}}


@pytest.mark.parametrize("error", [Transient("away"), ConnectionRefusedError(), ZeroDivisionError("a bug")])
def test_without_a_store_it_cannot_do_without_it_is_unavailable(error: Exception) -> None:
    response = ready(Check("store", failing(error)), Check("cache", lambda: None, critical=False))
    assert response.status_code == 503
    assert response.json["status"] == "unavailable"  # type: ignore[index]
    assert statuses(response) == {"store": "failed", "cache": "ok"}
    assert int(response.headers["Retry-After"]) > 0


def test_without_a_store_it_can_do_without_it_is_degraded() -> None:
    response = ready(Check("store", lambda: None), Check("cache", failing(Transient("away")), critical=False))
    assert response.status_code == 200
    assert response.json["status"] == "degraded"  # type: ignore[index]
    assert statuses(response) == {"store": "ok", "cache": "failed"}


def test_each_store_shows_how_long_it_took() -> None:
    document: Any = ready(Check("slow", lambda: time.sleep(0.5)), Check("fast", lambda: None)).json
    assert document["checks"]["slow"]["latency_ms"] >= 500
    assert document["checks"]["fast"]["latency_ms"] < document["checks"]["slow"]["latency_ms"]


def test_why_a_check_failed_is_in_the_log_and_not_in_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        response = ready(Check("store", failing(Transient("postgres://hunter2"))))
    assert "hunter2" not in response.text
    assert any("hunter2" in str(record.__dict__.get("error")) for record in caplog.records)


def test_a_warm_up_asks_again_for_what_it_cannot_do_without() -> None:
    answers = {"store": [False, True], "cache": [False, True]}

    def ask(name: str) -> None:
        if not answers[name].pop(0):
            raise Transient("just starting")

    warm_up([Check("store", lambda: ask("store")), Check("cache", lambda: ask("cache"), critical=False)])
    assert answers == {"store": [], "cache": [True]}


def test_a_warm_up_ends_as_soon_as_it_is_in_vain() -> None:
    asked, goes_on = threading.Event(), threading.Event()

    def hang() -> None:
        asked.set()
        goes_on.wait(60)

    warm_up([Check("hangs", hang)], timeout=3600, is_wanted=lambda: not asked.is_set())
    assert asked.is_set()
    goes_on.set()


def test_a_warm_up_asks_everything_whatever_is_away_or_hangs() -> None:
    asked, goes_on = threading.Semaphore(0), threading.Event()

    def hang() -> None:
        asked.release()
        goes_on.wait(60)

    checks = [Check("away", failing(Transient("away"))), Check("hangs", hang), Check("well", asked.release)]
    warm_up(checks, timeout=0.1)
    assert all(asked.acquire(timeout=60) for _ in range(2))
    assert not goes_on.is_set()
    goes_on.set()
