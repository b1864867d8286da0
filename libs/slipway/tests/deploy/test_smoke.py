"""The smoke test, against a server on loopback that answers as a service of the environment does."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from slipway.deploy.smoke import Smoke
from slipway.gateway.authority import Tls, ensure_authority
from slipway.terminal.problems import Problem

HOST = "todos.shop.test"
ADDRESSES = {"todos": (f"https://{HOST}", "1.0.0")}


class Service:
    """What the server answers by path: a status and a body; `heard` are the hosts that it was asked for."""

    def __init__(self) -> None:
        self.answers = {"/readyz": (200, b"{}"), "/version": (200, json.dumps({"version": "1.0.0"}).encode())}
        self.heard: list[str] = []
        self.after_each: list[dict[str, tuple[int, bytes]]] = []


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return ensure_authority(tmp_path_factory.mktemp("authority"), "shop.test", [HOST])


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def address(service: Service, tls: Tls) -> Iterator[tuple[str, int]]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name for it
            status, body = service.answers[self.path]
            service.heard.append(self.headers["Host"])
            if service.after_each:
                service.answers |= service.after_each.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield "127.0.0.1", server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def smoke(address: tuple[str, int], authority: Path | None, timeout: float = 0.6) -> Smoke:
    return Smoke(connect_to=address, authority=authority, timeout=timeout)


def complaint(of: Smoke) -> Problem:
    with pytest.raises(Problem) as problem:
        of.test(ADDRESSES, environment="prod")
    return problem.value


def test_a_service_that_is_ready_and_serves_the_release_is_well(
    service: Service, address: tuple[str, int], tls: Tls
) -> None:
    smoke(address, tls.root).test(ADDRESSES, environment="prod")
    assert service.heard == [HOST, HOST]


def test_a_service_that_becomes_ready_is_waited_for(
    service: Service, address: tuple[str, int], tls: Tls
) -> None:
    service.answers["/readyz"] = (503, b"away")
    service.after_each = [{"/readyz": (200, b"{}")}]
    smoke(address, tls.root, timeout=60).test(ADDRESSES, environment="prod")


@pytest.mark.parametrize(
    ("path", "answer", "what"),
    [
        ("/readyz", (503, b"the store is away"), "/readyz answered 503: b'the store is away'"),
        ("/version", (404, b""), "/version answered 404"),
        ("/version", (200, b'{"version": "0.9.0"}'), "it serves 0.9.0, not 1.0.0"),
        ("/version", (200, b"<html>"), "it serves something that is no version, not 1.0.0"),
        ("/version", (200, b"[]"), "it serves something that is no version, not 1.0.0"),
    ],
)
def test_what_is_wrong_is_named_with_how_to_go_back(
    service: Service, address: tuple[str, int], tls: Tls, path: str, answer: tuple[int, bytes], what: str
) -> None:
    service.answers[path] = answer
    problem = complaint(smoke(address, tls.root))
    assert problem.what == f"the smoke test failed:\n  https://{HOST}: {what}"
    assert "./slipway deploy prod --rollback" in problem.next_step


def test_a_certificate_that_nobody_vouches_for_is_refused(service: Service, address: tuple[str, int]) -> None:
    assert "certificate" in complaint(smoke(address, None)).what
    assert service.heard == []


def test_a_server_that_is_not_there_is_said(tls: Tls) -> None:
    assert "refused" in complaint(smoke(("127.0.0.1", 9), tls.root)).what
