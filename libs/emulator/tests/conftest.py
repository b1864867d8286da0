"""A real emulator of the test's own, which may be killed."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

import emulator
from slipway.parts import dynoxide, virtualenv
from slipway.state.layout import Layout

KEY, SECRET = "AKIAROOTROOTROOTROOT", "the-roots-own-secret"
SERVE = Path(emulator.__file__).with_name("serve.py")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Emulator:
    """The emulator's process on a port that it keeps through restarts."""

    def __init__(self, python: Path, state: Path, upstream: str = "", **more: str) -> None:
        self.port = free_port()
        self.state = state
        self._session = boto3.Session()
        self._command = [str(python), str(SERVE)]
        self._env = {
            "PATH": os.environ["PATH"],
            "EMULATOR_PORT": str(self.port),
            "EMULATOR_STATE_DIR": str(state),
            "EMULATOR_ROOT_ACCESS_KEY_ID": KEY,
            "EMULATOR_ROOT_SECRET_ACCESS_KEY": SECRET,
            "DYNAMODB_UPSTREAM": upstream,
            **more,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, env=self._env)
        for _ in range(2400):
            if self.answers():
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError("the emulator does not answer")

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/_ministack/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(60)

    def kill_and_start(self) -> None:
        self.end(signal.SIGKILL)
        self.start()

    def client(self, service: str, **credentials: str) -> Any:
        """A client as root, or with `key`, `secret` and `token`, of another `version` of signatures."""
        return self._session.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=credentials.get("key", KEY),
            aws_secret_access_key=credentials.get("secret", SECRET),
            aws_session_token=credentials.get("token"),
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 1},
                s3={"addressing_style": "path"},
                signature_version=credentials.get("version"),
                connect_timeout=3,
                read_timeout=25,
            ),
        )


@pytest.fixture(scope="session")
def emulator_python(checkout: Path) -> Path:
    layout = Layout(checkout, checkout / ".slipway")
    return virtualenv.ensure(layout.emulator_venv, checkout / "requirements" / "emulator.txt")


@pytest.fixture
def emulator(emulator_python: Path, tmp_path: Path) -> Iterator[Emulator]:
    """A running emulator that keeps the tables itself."""
    emulator = Emulator(emulator_python, tmp_path / "emulator")
    emulator.start()
    yield emulator
    emulator.end()


@pytest.fixture(scope="module")
def shared(emulator_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running emulator for tests that leave it as it was."""
    emulator = Emulator(emulator_python, tmp_path_factory.mktemp("shared"))
    emulator.start()
    yield emulator
    emulator.end()


@pytest.fixture
def tables(checkout: Path, tmp_path: Path) -> Iterator[Emulator]:
    """A running emulator with dynoxide behind it."""
    try:
        program = dynoxide.ensure(checkout / ".slipway" / "tools")
    except dynoxide.Unavailable as reason:
        pytest.skip(str(reason))
    port = free_port()
    upstream = subprocess.Popen(
        [program, "serve", "--port", str(port), "--db-path", str(tmp_path / "tables.sqlite")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    python = virtualenv.ensure(
        Layout(checkout, checkout / ".slipway").emulator_venv, checkout / "requirements" / "emulator.txt"
    )
    emulator = Emulator(python, tmp_path / "emulator", f"http://127.0.0.1:{port}")
    emulator.start()
    emulator.upstream = upstream  # type: ignore[attr-defined]
    yield emulator
    emulator.end()
    upstream.kill()
    upstream.wait()
