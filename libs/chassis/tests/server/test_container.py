from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from chassis.process.restart_on_change import fingerprint
from chassis.server import container


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """What the process would have become: its command and its environment."""
    package = tmp_path / "sources" / "notes"
    package.mkdir(parents=True)
    for module in ("__init__", "worker", "send_mail"):
        (package / f"{module}.py").touch()
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.delitem(sys.modules, "notes", raising=False)
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
        ("api", ["--config", "python:chassis.server.gunicorn", "--bind", "0.0.0.0:8080", "notes.wsgi:app"]),
        ("worker", ["-m", "notes.worker"]),
        ("function-api", ["-m", "awslambdaric", "chassis.function.api.handler"]),
        ("function-worker", ["-m", "awslambdaric", "chassis.function.worker.handler"]),
        ("send-mail", ["-m", "notes.send_mail"]),
        ("shell", ["-i", "-c", "import notes"]),
    ],
)
def test_a_role_is_a_command(became: list[Any], role: str, ending: list[str]) -> None:
    container.main([role])
    [(command, _)] = became
    assert command[0] == sys.executable
    assert command[-len(ending) :] == ending


def test_a_task_gets_the_further_arguments(became: list[Any]) -> None:
    container.main(["send-mail", "--now"])
    [(command, _)] = became
    assert command[-3:] == ["-m", "notes.send_mail", "--now"]


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
    assert environment["ENVIRONMENT_READ"] == fingerprint(file.read_bytes())


def test_without_its_file_it_says_so_and_ends(
    became: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENVIRONMENT_FILE", "/nowhere/notes.json")
    assert container.main(["worker"]) == 78
    assert "/nowhere/notes.json" in capsys.readouterr().err
    assert became == []


@pytest.mark.parametrize(
    "arguments", [[], ["api", "worker"], ["wrker"], ["--help"], ["not a name"], [""], ["a.b"]]
)
def test_wrong_usage_is_64(
    became: list[Any], arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert container.main(arguments) == 64
    assert "usage" in capsys.readouterr().err
    assert became == []


def test_a_service_without_migrations_has_nothing_to_migrate(
    became: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert container.main(["migrate"]) == 0
    assert "nothing to migrate" in capsys.readouterr().err
    assert became == []


def test_with_reload_a_role_is_run_with_its_sources_watched(
    became: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[Any] = []

    class Watched:
        def __init__(self, command: list[str], _environment: dict[str, str], folders: list[Path]) -> None:
            watched.append((command[-1], folders))

        def run(self) -> int:
            return 0

    monkeypatch.setattr(container, "Reloader", Watched)
    monkeypatch.setenv("RELOAD", "1")
    monkeypatch.setenv("PYTHONPATH", "/opt/app/libs:/opt/app/services/notes")
    assert container.main(["worker"]) == 0
    assert watched == [("notes.worker", [Path("/opt/app/libs"), Path("/opt/app/services/notes")])]
    assert became == []
