"""A real nginx in front of a small upstream that says what reached it."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.tests.names import NameServer
from gateway.tests.waiting import eventually

from slipway.gateway import Edge, Tls, ensure_authority, hosts, write
from slipway.manifest import Bucket, Manifest, Stores
from slipway.parts.binaries import nginx

SHOP = Manifest.model_validate(
    {
        "name": "shop",
        "description": "A service for the gateway's tests.",
        "subdomain": "shop",
        "roles": {"api": {"kind": "web"}},
        "stores": {"buckets": [{"name": "wares", "env": "WARES_BUCKET"}]},
        "gateway": {
            "max_body_kib": 16,
            "per_second": 500,
            "burst": 1000,
            "read_timeout": 1,
            "limits": [
                {"path": "/v1/scarce-1", "per_second": 1, "burst": 2},
                {"path": "/v1/scarce-2", "per_second": 1, "burst": 2},
            ],
        },
    }
)


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it received; a few paths misbehave on purpose."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length) if length else self._chunked()
        if self.path == "/slow":
            time.sleep(1.6)
        if self.path == "/broken":
            self.close_connection = True
            return
        seen = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "size": len(body),
        }
        content = json.dumps(seen).encode()
        self.send_response(404 if self.path == "/absent" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Request-Id", "the-upstreams-own")
        self.send_header("ETag", '"strong"')
        if self.path == "/docs":
            self.send_header("Content-Security-Policy", "default-src 'self'")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - the library's names

    def _chunked(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return b""
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Gateway:
    """A running gateway and a client of it, which speaks HTTP/1.1 or HTTP/2."""

    edge: Edge
    tls: Tls
    process: subprocess.Popen[bytes]
    speaks_http2: bool = False

    def call(
        self,
        path: str | bytes = "/",
        *,
        host: str = "shop.localhost",
        method: str = "GET",
        headers: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        body: Any = None,
    ) -> Answer:
        """Make one request over a connection of its own; the path goes out as it is."""
        origin = f"https://127.0.0.1:{self.edge.port}"
        target = path if isinstance(path, bytes) else path.encode()
        with httpx.Client(
            http1=not self.speaks_http2,
            http2=self.speaks_http2,
            verify=ssl.create_default_context(cafile=str(self.tls.root)),
            timeout=60,
            trust_env=False,
        ) as client:
            del client.headers["Accept-Encoding"]
            request = client.build_request(
                method,
                origin,
                headers=[("Host", f"{host}:{self.edge.port}"), *httpx.Headers(headers).multi_items()],
                content=body,
                extensions={"target": target, "sni_hostname": "shop.localhost"},
            )
            response = client.send(request)
        return Answer(response.status_code, dict(response.headers), response.content)

    def connect(self, host: str = "shop.localhost", protocols: tuple[str, ...] = ()) -> ssl.SSLSocket:
        """Return a verified TLS connection."""
        context = ssl.create_default_context(cafile=str(self.tls.root))
        if protocols:
            context.set_alpn_protocols(list(protocols))
        plain = socket.create_connection(("127.0.0.1", self.edge.port), timeout=60)
        return context.wrap_socket(plain, server_hostname=host)

    def raw(self, data: bytes) -> bytes:
        """Send bytes over TLS and return all that comes back."""
        with self.connect() as stream:
            stream.sendall(data)
            found = b""
            while chunk := stream.recv(65536):
                found += chunk
        return found

    def reload(self, edge: Edge) -> None:
        write(edge)
        self.edge = edge
        self.process.send_signal(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with _echoing("127.0.0.1", 0) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture
def upstream_at(upstream: str) -> Callable[[str], AbstractContextManager[int]]:
    """Return what makes a further copy of the upstream: another address, the same port."""
    return partial(_echoing, port=int(upstream.partition(":")[2]))


@contextmanager
def _echoing(address: str, port: int) -> Iterator[int]:
    server = ThreadingHTTPServer((address, port), _Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(params=[False, True], ids=["http/1.1", "http/2"])
def gateway(running: Gateway, request: pytest.FixtureRequest) -> Gateway:
    """The running gateway, spoken to in each version of HTTP."""
    return replace(running, speaks_http2=request.param)


@pytest.fixture(scope="module")
def running(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with _running(folder, {"shop": SHOP, "closed": _closed(SHOP)}, upstream, upstream) as gateway:
        yield gateway


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer("127.0.0.1") as server:
        yield server


@pytest.fixture
def resolving(upstream: str, names: NameServer, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway in front of a service whose address changes."""
    port = upstream.partition(":")[2]
    with _running(tmp_path, {"shop": SHOP}, f"shop.test:{port}", upstream, names.resolver) as gateway:
        assert eventually(lambda: gateway.call().status == 200)
        yield gateway


@pytest.fixture(scope="module")
def before_s3(aws: Any, upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway in front of the emulated S3 with the real services' buckets."""
    bucket = aws.environment("media")["MEDIA_BUCKET"]
    owner = SHOP.model_copy(update={"stores": Stores(buckets=(Bucket(name=bucket, env="MEDIA_BUCKET"),))})
    emulator = aws.endpoint_url.removeprefix("http://")
    with _running(tmp_path_factory.mktemp("before-s3"), {"shop": owner}, upstream, emulator) as gateway:
        yield gateway


@contextmanager
def _running(
    folder: Path, manifests: Mapping[str, Manifest], upstream: str, s3: str, resolver: str = ""
) -> Iterator[Gateway]:
    tls = ensure_authority(folder / "ca", "localhost", hosts(manifests, "localhost"))
    nobody = f"127.0.0.1:{free_port()}"
    edge = Edge(
        manifests=manifests,
        upstreams={name: nobody if name == "closed" else upstream for name in manifests},
        s3_upstream=s3,
        certificate=tls.certificate,
        key=tls.key,
        folder=folder / "nginx",
        port=free_port(),
        s3_max_body=1024 * 1024,
        log=str(folder / "access.log"),
        resolver=resolver,
    )
    process = _start(edge)
    yield Gateway(edge, tls, process)
    process.terminate()
    process.wait(60)


def _closed(manifest: Manifest) -> Manifest:
    """A service that is not running."""
    return manifest.model_copy(update={"name": "closed", "subdomain": "closed"})


def _start(edge: Edge) -> subprocess.Popen[bytes]:
    program, _ = nginx()
    configuration: Path = write(edge)
    command = [str(program), "-p", str(edge.folder), "-e", "stderr", "-c", str(configuration)]
    process = subprocess.Popen(command, stderr=(edge.folder / "errors.log").open("wb"))
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", edge.port)) == 0:
                return process
        time.sleep(0.05)
    process.kill()
    raise AssertionError((edge.folder / "errors.log").read_text())
