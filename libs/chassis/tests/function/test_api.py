"""The API's function as Lambda's runtime makes it: by importing it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


def start(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Import the function of the tiny service, and end."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'libs'}:{ROOT}",
        "SERVICE": "libs.chassis.tests.tiny",
        "AUTH_ISSUER": "https://users.example.test",
        "AUTH_JWKS_URL": "http://127.0.0.1:9/jwks",
        **variables,
    }
    command = [sys.executable, "-c", "from chassis.function.api import handler; print(callable(handler))"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_stores_and_keys_are_asked_before_the_first_request(tmp_path: Path) -> None:
    assert start(tmp_path).stdout.endswith("True\n")
    assert len(list(tmp_path.glob("asked-by-*"))) == 1
    assert len(list(tmp_path.glob("keys-read-by-*"))) == 1


def test_a_start_does_not_wait_for_a_store_that_hangs(tmp_path: Path) -> None:
    (tmp_path / "hold").touch()
    assert start(tmp_path, FUNCTION_WARM_UP_SECONDS="0.2").stdout.endswith("True\n")


def test_wrong_settings_end_the_start_and_are_named(tmp_path: Path) -> None:
    ended = start(tmp_path, AUTH_ISSUER="")
    assert ended.returncode == 78
    assert "configuration: AUTH_ISSUER" in ended.stderr
