"""The smoke test: every service's public address answers over HTTPS, is ready, and serves the release."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from slipway.deploy.reporting import note, show_command
from slipway.deploy.waiting import poll
from slipway.terminal.problems import NotHealthy, Problem

_TIMEOUT = 10.0
_SAID = {"/readyz": "is ready", "/livez": "is alive"}


@dataclass(frozen=True)
class Smoke:
    """How to ask: `connect_to` stands in for what DNS says, `authority` for the public authorities."""

    connect_to: tuple[str, int] | None = None
    authority: Path | None = None
    timeout: float = 120

    def test(
        self, addresses: Mapping[str, tuple[str, str]], *, environment: str, health: str = "/readyz"
    ) -> None:
        """Ask each service for its health and release, for a while. Raises Problem naming the bad ones."""
        for url, _ in addresses.values():
            show_command(["curl", "--fail", f"{url}{health}", f"{url}/version"])
        wrong: dict[str, str] = dict.fromkeys(addresses, "it was not asked")
        for _ in poll(self.timeout):
            for name in list(wrong):
                url, tag = addresses[name]
                try:
                    self._ask(url, tag, health)
                except NotHealthy as error:
                    wrong[name] = f"{url}: {error}"
                else:
                    del wrong[name]
                    note(f"{name:<10} {url} {_SAID[health]} and serves {tag}")
            if not wrong:
                return
        raise Problem(
            "the smoke test failed:\n" + "\n".join(f"  {line}" for line in wrong.values()),
            next_step=f"./slipway deploy {environment} --rollback goes back. If the names are not delegated "
            "to AWS yet, say --connect-to LOAD-BALANCER",
        )

    def _ask(self, url: str, tag: str, health: str) -> None:
        status, body = self._get(url, health)
        if status != http.client.OK:
            raise NotHealthy(f"{health} answered {status}: {body[:200]!r}")
        status, body = self._get(url, "/version")
        if status != http.client.OK:
            raise NotHealthy(f"/version answered {status}")
        served = _version(body)
        if served != tag:
            raise NotHealthy(f"it serves {served}, not {tag}")

    def _get(self, url: str, path: str) -> tuple[int, bytes]:
        parts = urlsplit(url)
        where = self.connect_to or (parts.hostname or "", parts.port or 443)
        try:
            context = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
            connection = _ConnectionTo(parts.hostname or "", where, context)
            try:
                connection.request("GET", path, headers={"User-Agent": "slipway-deploy"})
                answer = connection.getresponse()
                return answer.status, answer.read(10_000)
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise NotHealthy(str(error) or type(error).__name__) from error


class _ConnectionTo(http.client.HTTPSConnection):
    """Connects to `where`, and speaks to `host` there."""

    def __init__(self, host: str, where: tuple[str, int], context: ssl.SSLContext) -> None:
        super().__init__(host, timeout=_TIMEOUT, context=context)
        self._where, self._tls = where, context

    def connect(self) -> None:
        plain = socket.create_connection(self._where, _TIMEOUT)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _version(body: bytes) -> Any:
    try:
        return json.loads(body).get("version")
    except (ValueError, AttributeError):
        return "something that is no version"
