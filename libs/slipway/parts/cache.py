"""Redis (or Valkey), with a user for each service, writing every change to its append-only file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from slipway.parts.base import Listening
from slipway.parts.binaries import redis
from slipway.parts.probe import exchange
from slipway.settings import cache_users
from slipway.state.layout import write_private
from slipway.supervision.program import Program, base_environment
from slipway.terminal.problems import NotHealthy

_CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory 128mb
maxmemory-policy volatile-lru
tcp-keepalive 60
loglevel notice
{users}
"""


@dataclass(frozen=True)
class RedisServer(Listening):
    """The suite's Redis server on loopback."""

    password: str
    users: Mapping[str, str] = field(default_factory=dict)
    name: str = "cache"

    @property
    def url(self) -> str:
        """Database 0 with every right, as redis-py takes it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def url_of(self, user: str) -> str:
        """Database 0 with the rights of one of `users`, which are names to passwords."""
        return f"redis://{user}:{self.users[user]}@127.0.0.1:{self.port}/0"

    def prepare(self) -> Program:
        binary, _ = redis()
        folder = self.layout.data / "cache"
        folder.mkdir(exist_ok=True, mode=0o700)
        config = self.layout.part(self.name) / "server.conf"
        config.parent.mkdir(parents=True, exist_ok=True)
        quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
        users = cache_users.directives(self.users)
        settings = _CONFIG.format(port=self.port, password=self.password, folder=quoted, users=users)
        write_private(config, settings)
        return Program(argv=(str(binary), _as_pattern(config)), env=base_environment(), cwd=config.parent)

    def check(self) -> None:
        answer = exchange(self.port, f"AUTH {self.password}\r\nPING\r\n".encode(), until=b"PONG\r\n")
        if not answer.endswith(b"+PONG\r\n"):
            raise NotHealthy(answer.decode(errors="replace").strip() or "connection closed without an answer")


def _as_pattern(path: Path) -> str:
    """Return what the server takes for exactly `path`.

    A path with `[`, `*` or `?` in it is a pattern to it; where that matches nothing it starts with its
    defaults: port 6379, no password.
    """
    text = str(path)
    return re.sub(r"([\]\[*?\\])", r"\\\1", text) if re.search(r"[\[*?]", text) else text
