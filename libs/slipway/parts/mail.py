"""The mailbox: where all mails of the suite end."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from slipway.parts.base import Listening
from slipway.parts.probe import exchange
from slipway.supervision.program import Program, base_environment
from slipway.terminal.problems import NotHealthy


@dataclass(frozen=True)
class MailServer(Listening):
    """An SMTP server on loopback that keeps what it is given."""

    name: str = "mail"

    @property
    def folder(self) -> Path:
        """Where the mails are."""
        return self.layout.data / "mail"

    def prepare(self) -> Program:
        self.folder.mkdir(exist_ok=True, mode=0o700)
        cwd = self.layout.part(self.name)
        cwd.mkdir(parents=True, exist_ok=True)
        return Program(
            argv=(sys.executable, "-I", "-m", "mailcatcher.serve"),
            env={
                **base_environment(),
                "PYTHONUNBUFFERED": "1",
                "MAILCATCHER_PORT": str(self.port),
                "MAILCATCHER_DIR": str(self.folder),
            },
            cwd=cwd,
        )

    def check(self) -> None:
        answer = exchange(self.port, b"QUIT\r\n", until=b"221 Bye\r\n")
        if not answer.startswith(b"220 "):
            raise NotHealthy(answer.decode(errors="replace").strip() or "connection closed without an answer")
