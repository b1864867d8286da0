from __future__ import annotations

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from chassis import container


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the process would have become: its command and its environment."""
    calls: list[Any] = []
    monkeypatch.setattr(
        os, "execvpe", lambda _file, command, environment: calls.append((command, environment))
    )
    monkeypatch.setenv("SERVICE", "notes")
    monkeypatch.delenv("ENVIRONMENT_FILE", raising=False)
    monkeypatch.delenv("HEARTBEAT_FILE", raising=False)
    return calls


@pytest.mark.parametrize(
    ("role", "ending"),
    [
        ("api", ["--config", "python:chassis.gunicorn", "--bind", "0.0.0.0:8080", "notes.wsgi:app"]),
        ("worker", ["-m", "notes.worker"]),
        ("send-mail", ["-m", "notes.send_mail"]),
        ("shell", ["-i", "-c", "import notes"]),
    ],
)
def test_a_role_is_a_command(became: list[Any], role: str, ending: list[str]) -> None:
    container.main([role])
    [(command, _)] = became
    assert command[0] == sys.executable
    assert command[-len(ending) :] == ending


def test_variables_from_the_file_are_set_unless_they_are_already(
    became: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "notes.json"
    file.write_text(json.dumps({"NOTES_TABLE": "notes", "LOG_LEVEL": "INFO"}))
    monkeypatch.setenv("ENVIRONMENT_FILE", str(file))
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    container.main(["worker"])
    [(_, environment)] = became
    assert (environment["NOTES_TABLE"], environment["LOG_LEVEL"]) == ("notes", "DEBUG")


def test_without_its_file_it_says_so_and_ends(
    became: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENVIRONMENT_FILE", "/nowhere/notes.json")
    assert container.main(["worker"]) == 78
    assert "/nowhere/notes.json" in capsys.readouterr().err
    assert became == []


@pytest.mark.parametrize("arguments", [[], ["api", "worker"]])
def test_wrong_usage_is_64(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert container.main(arguments) == 64
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(("age", "status"), [(0, 0), (60, 1)])
def test_a_worker_is_healthy_while_its_heart_beats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: int, status: int
) -> None:
    beat = tmp_path / "beat"
    beat.touch()
    os.utime(beat, (time.time() - age,) * 2)
    monkeypatch.setenv("HEARTBEAT_FILE", str(beat))
    assert container.main(["health"]) == status


class _Alive(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/livez" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_an_api_is_healthy_while_it_answers(monkeypatch: pytest.MonkeyPatch, became: list[Any]) -> None:
    with HTTPServer(("127.0.0.1", 0), _Alive) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PORT", str(server.server_port))
        assert container.main(["health"]) == 0
        server.shutdown()
    assert container.main(["health"]) == 1
