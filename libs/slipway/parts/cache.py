"""Redis (or Valkey), with a password, writing every change to its append-only file."""

from __future__ import annotations

from dataclasses import dataclass

from slipway.layout import write_private
from slipway.parts.base import Listening, Program
from slipway.parts.binaries import base_environment, redis
from slipway.probe import exchange
from slipway.problems import NotHealthy

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
"""


@dataclass(frozen=True)
class Cache(Listening):
    """The suite's Redis server on loopback."""

    password: str
    name: str = "cache"

    @property
    def url(self) -> str:
        """Database 0, as redis-py takes it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> Program:
        binary, _ = redis()
        folder = self.layout.data / "cache"
        folder.mkdir(exist_ok=True, mode=0o700)
        config = self.layout.part(self.name) / "server.conf"
        config.parent.mkdir(parents=True, exist_ok=True)
        quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
        write_private(config, _CONFIG.format(port=self.port, password=self.password, folder=quoted))
        return Program(argv=(str(binary), str(config)), env=base_environment(), cwd=config.parent)

    def check(self) -> None:
        answer = exchange(self.port, f"AUTH {self.password}\r\nPING\r\n".encode(), until=b"PONG\r\n")
        if not answer.endswith(b"+PONG\r\n"):
            raise NotHealthy(answer.decode(errors="replace").strip() or "it hung up")
