"""The entry points, started as the suite starts them."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from services.todos.tests.factories import ISSUER

from chassis.messages.jobs import run_worker
from todos.config import WorkerSettings
from todos.worker import build


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, aws: Any, redis_url: str) -> None:
    given = aws.environment("todos") | {
        "AUTH_ISSUER": ISSUER,
        "AUTH_JWKS_URL": "http://127.0.0.1:1/jwks.json",
        "REDIS_URL": redis_url,
        "AWS_ENDPOINT_URL": aws.endpoint_url,
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def kept_signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("environment", "kept_signals")
def test_the_worker_starts_and_stops_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.messages.worker._WAIT_SECONDS", 1)
    before = signal.getsignal(signal.SIGTERM)

    def end_once_it_listens() -> None:
        while signal.getsignal(signal.SIGTERM) is before:
            time.sleep(0.05)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    ending = threading.Thread(target=end_once_it_listens)
    ending.start()
    run_worker(WorkerSettings, build)
    ending.join()


@pytest.mark.usefixtures("environment")
def test_the_web_process_is_ready_on_real_stores() -> None:
    sys.modules.pop("todos.wsgi", None)
    app = importlib.import_module("todos.wsgi").app
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "ok")
    assert set(ready.json["checks"]) == {"dynamodb", "redis"}


def test_a_process_without_its_settings_does_not_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TODOS_TABLE", raising=False)
    with pytest.raises(SystemExit):
        run_worker(WorkerSettings, build)
    assert "TODOS_TABLE" in capsys.readouterr().err
