"""A real nginx in front of a small upstream that says what reached it."""

from __future__ import annotations

import functools
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from gateway.tests.echo import echoing
from gateway.tests.names import NameServer
from gateway.tests.origin import FileOrigin, serving_files
from gateway.tests.signing import Signer
from gateway.tests.waiting import eventually

from slipway.gateway import Edge, EdgeOrigins, Tls, ensure_authority, hosts, write
from slipway.manifest import Bucket, Manifest, Stores, load_all
from slipway.parts.binaries import nginx

SHOP = Manifest.model_validate(
    {
        "name": "shop",
        "description": "A service for the gateway's tests.",
        "subdomain": "shop",
        "roles": {"api": {"kind": "web"}},
        "stores": {
            "buckets": [
                {
                    "name": "wares",
                    "env": "WARES_BUCKET",
                    "delivers": [
                        {"prefix": "private/", "access": "signed", "seconds": 86400},
                        {"prefix": "releases/", "access": "public"},
                        {"prefix": "fresh/", "access": "public", "seconds": 1},
                    ],
                }
            ]
        },
        "gateway": {
            "max_body_kib": 16,
            "per_second": 500,
            "burst": 1000,
            "read_timeout": 1,
            "concurrent": 30,
            "account": {"reads_per_second": 1, "reads_burst": 9, "changes_per_second": 1, "changes_burst": 4},
            "cache": [
                {"path": "/v1/posts", "seconds": 60},
                {
                    "path": "/v1/updates",
                    "seconds": 60,
                    "groups": {"parameter": "device", "group": "group", "count": 100},
                },
            ],
            "limits": [
                {"path": "/v1/scarce-1", "per_second": 1, "burst": 2},
                {"path": "/v1/scarce-2", "per_second": 1, "burst": 2},
                {"path": "/v1/few", "per_second": 500, "burst": 1000, "posts_at_once": 2},
            ],
        },
    }
)


_PROMPT = EdgeOrigins.model_validate({"connections": {"refusal_milliseconds": 0}})
"""Tests are refused on purpose, hundreds of times."""


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
        try:
            return self._call(path, host, method, headers, body)
        except httpx.RemoteProtocolError as error:
            # A connection that ends in order may end before its first request; this client leaves that to us.
            if "error_code:0" not in str(error):
                raise
            return self._call(path, host, method, headers, body)

    def _call(self, path: str | bytes, host: str, method: str, headers: Any, body: Any) -> Answer:
        origin = f"https://127.0.0.1:{self.edge.port}"
        target = path if isinstance(path, bytes) else path.encode()
        with httpx.Client(
            http1=not self.speaks_http2,
            http2=self.speaks_http2,
            verify=_trusting(self.tls.root),
            timeout=60,
            trust_env=False,
        ) as client:
            del client.headers["Accept-Encoding"]
            request = client.build_request(
                method,
                origin,
                headers=[("Host", f"{host}:{self.edge.port}"), *httpx.Headers(headers).multi_items()],
                content=body,
                extensions={"target": target, "sni_hostname": self._certified(host)},
            )
            response = client.send(request)
        return Answer(response.status_code, dict(response.headers), response.content)

    def _certified(self, host: str) -> str:
        """Return the name to say in the TLS handshake: the certificate names the suite's own."""
        return (
            host if host in hosts(self.edge.manifests, "localhost", self.edge.origins_file) else "localhost"
        )

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


@functools.cache
def _trusting(root: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(root))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with echoing("127.0.0.1", 0) as port:
        yield f"127.0.0.1:{port}"


@pytest.fixture
def upstream_at(upstream: str) -> Callable[[str], AbstractContextManager[int]]:
    """Return what makes a further copy of the upstream: another address, the same port."""
    return partial(echoing, port=int(upstream.partition(":")[2]))


@pytest.fixture(params=[False, True], ids=["http/1.1", "http/2"])
def gateway(running: Gateway, request: pytest.FixtureRequest) -> Gateway:
    """The running gateway, spoken to in each version of HTTP."""
    return replace(running, speaks_http2=request.param)


@pytest.fixture(scope="module")
def running(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    manifests = {"shop": SHOP, "closed": _closed(SHOP)}
    others = ("http://localhost:5173", "capacitor://localhost")
    with running_gateway(folder, manifests, upstream, upstream, browser_origins=others) as gateway:
        yield gateway


@pytest.fixture
def names() -> Iterator[NameServer]:
    with NameServer("127.0.0.1") as server:
        yield server


@pytest.fixture
def resolving(upstream: str, names: NameServer, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway in front of a service whose address changes."""
    port = upstream.partition(":")[2]
    with running_gateway(tmp_path, {"shop": SHOP}, f"shop.test:{port}", upstream, names.resolver) as gateway:
        assert eventually(lambda: gateway.call().status == 200)
        yield gateway


@pytest.fixture(scope="module")
def before_s3(aws: Any, upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway in front of the emulated S3 with the real services' buckets."""
    bucket = aws.environment("media")["MEDIA_BUCKET"]
    owner = SHOP.model_copy(update={"stores": Stores(buckets=(Bucket(name=bucket, env="MEDIA_BUCKET"),))})
    emulator = aws.endpoint_url.removeprefix("http://")
    with running_gateway(
        tmp_path_factory.mktemp("before-s3"), {"shop": owner}, upstream, emulator
    ) as gateway:
        yield gateway


@dataclass
class Delivery:
    """A gateway whose buckets and other servers are `files`, and those who may sign."""

    gateway: Gateway
    files: FileOrigin
    signers: Mapping[str, Signer]

    def url(self, path: str, host: str = "cdn") -> str:
        return f"https://{host}.localhost:{self.gateway.edge.port}{path}"

    def put(self, key: str, content: bytes) -> None:
        """Put an object into the bucket."""
        self.files.files[f"/wares{key}"] = content

    def get(self, url: str, **more: Any) -> Answer:
        """Follow an address."""
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        return self.gateway.call(target, host=parts.hostname or "", **more)

    def purge(
        self,
        *paths: str,
        token: str = "the-edges-token",
        host: str = "cdn.localhost",
        change: object = None,
    ) -> int:
        named = {} if change is None else {"change": change}
        answer = httpx.post(
            f"http://{self.gateway.edge.purges}/v1/purges",
            json={"host": host, "paths": paths, **named},
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
        return answer.status_code


@pytest.fixture(scope="module")
def delivering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivery]:
    folder = tmp_path_factory.mktemp("delivery")
    signers = {
        "rsa": Signer.rsa("KRSA"),
        "rsa-sha256": Signer.rsa("KRSA256", "SHA256"),
        "elliptic": Signer.elliptic("KEC"),
        "elliptic-sha256": Signer.elliptic("KEC256", "SHA256"),
    }
    groups = {
        "first": {one.id: one.public for name, one in signers.items() if name.startswith("rsa")},
        "second": {one.id: one.public for name, one in signers.items() if name.startswith("elliptic")},
    }
    credentials = folder / "origin.json"
    credentials.write_text('{"access_key_id": "AKIAEDGE", "secret_access_key": "secret"}')
    with serving_files() as files:
        origins = EdgeOrigins.model_validate(
            {
                "origins": [
                    {
                        "subdomain": "updates",
                        "url": f"http://{files.address}",
                        "routes": [
                            {"path": "/members/", "seconds": 60, "key_groups": ["second"]},
                            {"path": "/files/", "seconds": 60},
                            {"path": "/"},
                        ],
                    }
                ]
            }
        )
        more: dict[str, Any] = {
            "key_groups": groups,
            "credentials": credentials,
            "origins_file": origins,
            "purges": f"127.0.0.1:{free_port()}",
            "purge_token": "the-edges-token",
        }
        with running_gateway(folder, {"shop": SHOP}, files.address, files.address, **more) as gateway:
            yield Delivery(gateway, files, signers)


@pytest.fixture(params=[False, True], ids=["http/1.1", "http/2"])
def delivery(delivering: Delivery, request: pytest.FixtureRequest) -> Iterator[Delivery]:
    """The delivering gateway, with nothing kept and nothing asked yet."""
    gateway = replace(delivering.gateway, speaks_http2=request.param)
    fresh = replace(delivering, gateway=gateway)
    for host in ("cdn", "shop", "updates"):
        assert fresh.purge("/*", host=f"{host}.localhost") == 204
    fresh.files.files.clear()
    fresh.files.nothing.clear()
    fresh.files.headers.clear()
    fresh.files.requests.clear()
    yield fresh
    fresh.files.seconds = 0.0


@pytest.fixture(scope="module")
def delivering_from_s3(aws: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that delivers from the emulated S3, with the edge's own credentials."""
    folder = tmp_path_factory.mktemp("delivering-from-s3")
    bucket = aws.environment("media")["MEDIA_BUCKET"]
    media = load_all(Path(__file__).parents[2])["media"]
    (delivers,) = (one.delivers for one in media.stores.buckets)
    owner = SHOP.model_copy(
        update={"stores": Stores(buckets=(Bucket(name=bucket, env="MEDIA_BUCKET", delivers=delivers),))}
    )
    credentials = folder / "origin.json"
    credentials.write_text(json.dumps(asdict(aws.edge_key)))
    emulator = aws.endpoint_url.removeprefix("http://")
    with running_gateway(
        folder, {"shop": owner}, "127.0.0.1:9", emulator, credentials=credentials
    ) as gateway:
        yield gateway


@contextmanager
def running_gateway(
    folder: Path,
    manifests: Mapping[str, Manifest],
    upstream: str,
    s3: str,
    resolver: str = "",
    **more: Any,
) -> Iterator[Gateway]:
    origins = more.setdefault("origins_file", _PROMPT)
    tls = ensure_authority(folder / "ca", "localhost", hosts(manifests, "localhost", origins))
    nobody = f"127.0.0.1:{free_port()}"
    edge = Edge(
        manifests=manifests,
        upstreams={name: nobody if name == "closed" else upstream for name in manifests},
        s3_upstream=s3,
        certificate=tls.certificate,
        key=tls.key,
        folder=folder / "nginx",
        kept=folder / "kept",
        port=free_port(),
        s3_max_body=1024 * 1024,
        log=str(folder / "access.log"),
        resolver=resolver,
        **more,
    )
    process = _start(edge)
    yield Gateway(edge, tls, process)
    process.terminate()
    process.wait(60)


def _closed(manifest: Manifest) -> Manifest:
    """A service that is not running."""
    return manifest.model_copy(update={"name": "closed", "subdomain": "closed", "stores": Stores()})


def _start(edge: Edge) -> subprocess.Popen[bytes]:
    program, _ = nginx()
    configuration: Path = write(edge)
    command = [str(program), "-p", str(edge.folder), "-e", "stderr", "-c", str(configuration)]
    process = subprocess.Popen(command, stderr=(edge.folder / "errors.log").open("wb"))
    for _ in range(2400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", edge.port)) == 0:
                return process
        if process.poll() is not None:
            break
        time.sleep(0.05)
    process.kill()
    raise AssertionError((edge.folder / "errors.log").read_text())
