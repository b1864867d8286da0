"""The emulator and its tables as one container's process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emulator import container

_ENVIRONMENT = {"EMULATOR_STATE_DIR": "/var/lib/emulator", "DYNAMODB_UPSTREAM": "http://elsewhere"}


def test_without_a_server_of_tables_the_emulator_keeps_them_itself() -> None:
    [(command, environment)] = container.commands(_ENVIRONMENT, None)
    assert Path(command[1]).name == "serve.py"
    assert environment["DYNAMODB_UPSTREAM"] == ""


def test_with_one_the_tables_are_served_first_and_asked_there() -> None:
    [(first, told), (second, environment)] = container.commands(_ENVIRONMENT, Path("/opt/tools/dynoxide"))
    assert first[0] == "/opt/tools/dynoxide"
    assert first[-1] == "/var/lib/emulator/dynamo.sqlite"
    assert "DYNAMODB_UPSTREAM" not in told
    assert Path(second[1]).name == "serve.py"
    assert environment["DYNAMODB_UPSTREAM"].endswith(first[first.index("--port") + 1])


_STAND_INS = """\
import sys
from emulator import container
sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
ender = [sys.executable, "-c", "raise SystemExit(3)"]
container.commands = lambda *_: [(one, {"DYNAMODB_UPSTREAM": ""}) for one in (sleeper, %s)]
sys.exit(container.main())
"""


def _run(second: str) -> subprocess.Popen[bytes]:
    libs = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", _STAND_INS % second], env={**os.environ, "PYTHONPATH": str(libs)}
    )


def test_whichever_ends_takes_the_other_with_it() -> None:
    assert _run("ender").wait(30) == 1


def test_a_wish_to_stop_ends_both() -> None:
    process = _run("sleeper")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while len(pids := children.read_text().split()) < 2:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_a_port_that_nobody_opens_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "_START_SECONDS", 0.2)
    container._await_port(9)
