"""Asking a server on loopback whether it is well."""

from __future__ import annotations

import http.client
import socket
import ssl
from pathlib import Path

from slipway.terminal.problems import NotHealthy

TIMEOUT = 2.0


def exchange(port: int, question: bytes, *, until: bytes) -> bytes:
    """Send `question` and return what comes back until it ends so or the server closes; see NotHealthy."""
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
            connection.sendall(question)
            while not answer.endswith(until) and (block := connection.recv(4096)):
                answer += block
                if answer.startswith(b"-"):
                    break
    except OSError as error:
        raise NotHealthy(str(error)) from error
    return answer


def http_ok(port: int, path: str) -> None:
    """Return when GET `path` answers below 300; raise NotHealthy saying what came instead."""
    status, body = _get(http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT), path)
    if status >= 300:
        raise NotHealthy(f"{path} answered {status}: {body[:200]}")


def http_ok_over(connected: socket.socket, path: str) -> None:
    """Return when GET `path` over a connection that is there answers below 300; see NotHealthy."""
    connection = http.client.HTTPConnection("localhost", timeout=TIMEOUT)
    connected.settimeout(TIMEOUT)
    connection.sock = connected
    status, body = _get(connection, path)
    if status >= 300:
        raise NotHealthy(f"{path} answered {status}: {body[:200]}")


def https_answers(port: int, host: str, path: str, authority: Path) -> None:
    """Return when `host` answers GET `path` at all, by TLS that the authority in the file vouches for."""
    try:
        context = ssl.create_default_context(cafile=str(authority))
    except (OSError, ssl.SSLError) as error:
        raise NotHealthy(f"no certificate authority: {error}") from error
    _get(_LoopbackTls(host, port, timeout=TIMEOUT, context=context), path)


class _LoopbackTls(http.client.HTTPSConnection):
    """Connects to loopback whatever the host name; resolvers differ on names below localhost."""

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)  # type: ignore[attr-defined]


def _get(connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(2000)
    except (OSError, http.client.HTTPException) as error:
        raise NotHealthy(str(error) or type(error).__name__) from error
    finally:
        connection.close()
    return answer.status, body.decode(errors="replace")
