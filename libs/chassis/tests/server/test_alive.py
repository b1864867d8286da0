"""The health check of a container."""

from __future__ import annotations

import os
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from chassis.server import alive


@pytest.fixture(autouse=True)
def _without_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEARTBEAT_FILE", raising=False)


@pytest.mark.parametrize(("age", "status"), [(0, 0), (60, 1)])
def test_a_worker_is_healthy_while_its_heart_beats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: int, status: int
) -> None:
    beat = tmp_path / "beat"
    beat.touch()
    os.utime(beat, (time.time() - age,) * 2)
    monkeypatch.setenv("HEARTBEAT_FILE", str(beat))
    assert alive.main() == status


def test_a_worker_without_a_heartbeat_is_not_healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTBEAT_FILE", str(tmp_path / "beat"))
    assert alive.main() == 1


class _Alive(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/livez" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_an_api_is_healthy_while_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), _Alive) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PORT", str(server.server_port))
        assert alive.main() == 0
        server.shutdown()
    assert alive.main() == 1


def test_an_api_that_answers_something_else_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(_Alive):
        def do_GET(self) -> None:
            self.send_error(500)

    with HTTPServer(("127.0.0.1", 0), Broken) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PORT", str(server.server_port))
        assert alive.main() == 1
        server.shutdown()
