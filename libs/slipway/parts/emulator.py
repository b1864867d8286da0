"""The emulated AWS: MiniStack in its own environment, enforcing IAM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from slipway.parts import virtualenv
from slipway.parts.base import Listening
from slipway.parts.probe import http_ok
from slipway.supervision.program import Program, base_environment

_LIBS = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Emulator(Listening):
    """The emulator on loopback.

    `tables` says where the tables live, empty for the emulator's own; it is asked at each start,
    because that is found out when the suite starts. `smtp` is where mails go, as `host:port`.
    """

    root_key: tuple[str, str]
    tables: Callable[[], str]
    smtp: str
    name: str = "emulator"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> Program:
        state = self.layout.data / "emulator"
        state.mkdir(exist_ok=True, mode=0o700)
        cwd = self.layout.part(self.name)
        cwd.mkdir(parents=True, exist_ok=True)
        requirements = _LIBS.parent / "requirements" / "emulator.txt"
        python = virtualenv.ensure(self.layout.emulator_venv, requirements)
        key, secret = self.root_key
        return Program(
            argv=(str(python), str(_LIBS / "emulator" / "serve.py")),
            env={
                **base_environment(),
                "PYTHONUNBUFFERED": "1",
                "EMULATOR_PORT": str(self.port),
                "EMULATOR_STATE_DIR": str(state),
                "EMULATOR_ROOT_ACCESS_KEY_ID": key,
                "EMULATOR_ROOT_SECRET_ACCESS_KEY": secret,
                "DYNAMODB_UPSTREAM": self.tables(),
                "SMTP_HOST": self.smtp,
            },
            cwd=cwd,
        )

    def check(self) -> None:
        http_ok(self.port, "/_ministack/health")
