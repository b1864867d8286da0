"""Asking a server on loopback whether it is well."""

from __future__ import annotations

import http.client
import socket
import ssl
from pathlib import Path

from slipway.problems import NotHealthy

TIMEOUT = 2.0


def http_ok(port: int, path: str, *, headers: dict[str, str] | None = None) -> None:
    """Return when GET `path` answers below 300; raise NotHealthy saying what came instead."""
    _get(http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT), path, headers or {})


def https_ok(port: int, host: str, path: str, authority: Path) -> None:
    """Like http_ok by TLS, as `host`, trusting only the authority whose certificate is in the file."""
    try:
        context = ssl.create_default_context(cafile=str(authority))
    except (OSError, ssl.SSLError) as error:
        raise NotHealthy(f"no certificate authority: {error}") from error
    _get(_LoopbackTls(host, port, timeout=TIMEOUT, context=context), path, {})


class _LoopbackTls(http.client.HTTPSConnection):
    """Connects to loopback whatever the host name; resolvers differ on names below localhost."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)  # type: ignore[attr-defined]


def _get(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> None:
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read(2000)
    except (OSError, http.client.HTTPException) as error:
        raise NotHealthy(str(error) or type(error).__name__) from error
    finally:
        connection.close()
    if answer.status >= 300:
        raise NotHealthy(f"{path} answered {answer.status}: {body.decode(errors='replace')[:200]}")
