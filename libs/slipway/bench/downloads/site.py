"""The edge, nginx over the same files on disk, and a service that sends them itself, side by side."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from slipway.bench.downloads.rows import LARGE, MIDDLE, SIZES, SMALL
from slipway.bench.servers import Servers
from slipway.bench.subjects import Subject
from slipway.bench.wrk import BenchRequest
from slipway.gateway import Edge, Tls, ensure_authority, hosts, write
from slipway.gateway.keys import id_of, public_of
from slipway.manifest import Manifest
from slipway.state.credentials import GeneratedSecrets
from slipway.state.layout import write_private
from slipway.state.ports import pick

_BUCKET = "bench"
_MANIFEST = Manifest.model_validate(
    {
        "name": "downloads",
        "description": "Sends files itself, and has a bucket of which the edge delivers.",
        "subdomain": "downloads",
        "roles": {"api": {"kind": "web"}},
        "stores": {
            "buckets": [
                {
                    "name": _BUCKET,
                    "env": "BENCH_BUCKET",
                    "delivers": [
                        {"prefix": "private/", "access": "signed"},
                        {"prefix": "releases/", "access": "public"},
                    ],
                }
            ]
        },
        "gateway": {"per_second": 100_000, "burst": 100_000},
    }
)
# With as many workers as the edge, its protocols and certificate, and nginx's usual way to send and to log.
_DISK = """\
{user}worker_processes 2;
daemon off;
pid nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    sendfile on;
    tcp_nopush on;
    keepalive_requests 10000;
    client_body_temp_path temp;
    proxy_temp_path temp;
    fastcgi_temp_path temp;
    uwsgi_temp_path temp;
    scgi_temp_path temp;
    access_log access.log;
    ssl_certificate "{certificate}";
    ssl_certificate_key "{key}";
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:1m;
    server {{
        listen 127.0.0.1:{port} ssl;
        listen 127.0.0.1:{plain};
        http2 on;
        root "{files}";
    }}
}}
"""
_CONNECTIONS = {LARGE: 4, MIDDLE: 16, SMALL: 32}


@dataclass
class DownloadSite:
    """Three ways to the same files, each at an address of its own; everything is below `folder`."""

    root: Path
    folder: Path
    servers: Servers

    def start(self) -> None:
        """Write the files and start what sends them."""
        files = self._write_files()
        tls = ensure_authority(
            self.folder / "ca", "localhost", hosts({_MANIFEST.name: _MANIFEST}, "localhost")
        )
        plain = self._start_disk(files, tls)
        environment = {"DOWNLOADS": str(files)}
        peers = self.root / "benchmarks" / "peers"
        service = self.servers.gunicorn("service", "downloads:app", peers, environment)
        self._start_edge(plain, service.removeprefix("http://"), tls)

    def subjects(self) -> Sequence[Subject]:
        """Return everything that is loaded, in the order of a round."""
        return (
            *(self._subject("disk", size, f"/{_BUCKET}/releases/{_file(size)}") for size in (LARGE, MIDDLE)),
            *(self._subject("edge", size, f"/releases/{_file(size)}") for size in SIZES),
            *(
                self._subject("signed", size, self._signed(f"/private/{_file(size)}"))
                for size in (MIDDLE, SMALL)
            ),
            self._subject("service", LARGE, f"/{_BUCKET}/releases/{_file(LARGE)}"),
        )

    def _subject(self, way: str, size: str, path: str) -> Subject:
        programs = {"disk": ["disk"], "service": ["edge", "service"]}.get(way, ["edge"])
        return Subject(
            f"{way} {size}",
            self._disk if way == "disk" else self._edge,
            lambda: [self.servers.pid(name) for name in programs],
            lambda: [BenchRequest(path)],
            host="downloads.localhost" if way == "service" else "cdn.localhost",
            connections=_CONNECTIONS[size],
        )

    def _write_files(self) -> Path:
        files = self.folder / "files"
        for prefix in ("releases", "private"):
            place = files / _BUCKET / prefix
            place.mkdir(parents=True, exist_ok=True)
            for name, size in SIZES.items():
                (place / _file(name)).write_bytes(os.urandom(size))
        return files

    def _start_disk(self, files: Path, tls: Tls) -> str:
        """Start nginx over the files; return where the edge finds them, as if that were S3."""
        folder, port, plain = self.folder / "disk", pick(), pick()
        folder.mkdir(exist_ok=True)
        configuration = folder / "nginx.conf"
        text = _DISK.format(
            user="user root;\n" if os.geteuid() == 0 else "",  # the checkout may be closed to others
            certificate=tls.certificate,
            key=tls.key,
            port=port,
            plain=plain,
            files=files,
        )
        configuration.write_text(text, encoding="utf-8")
        self._disk = self.servers.nginx("disk", configuration, port).replace("http:", "https:")
        return f"127.0.0.1:{plain}"

    def _start_edge(self, bucket: str, service: str, tls: Tls) -> None:
        self._private = GeneratedSecrets(self.folder / "secrets").private_key("edge-signing.pem")
        public = public_of(self._private)
        self._key_id = id_of(public)
        folder, port = self.folder / "edge", pick()
        folder.mkdir(exist_ok=True)
        credentials = folder / "origin.json"
        write_private(credentials, '{"access_key_id": "bench", "secret_access_key": "bench"}')
        edge = Edge(
            manifests={_MANIFEST.name: _MANIFEST},
            upstreams={_MANIFEST.name: service},
            s3_upstream=bucket,
            certificate=tls.certificate,
            key=tls.key,
            folder=folder,
            kept=self.folder / "kept",
            port=port,
            credentials=credentials,
            key_groups={"bench": {self._key_id: public}},
            log=str(folder / "access.log"),
        )
        self._edge = self.servers.nginx("edge", write(edge), port).replace("http:", "https:")

    def _signed(self, path: str) -> str:
        """Sign a path as any application does, until long after the run."""
        signer = CloudFrontSigner(self._key_id, self._signature)
        url = signer.generate_presigned_url(
            f"https://cdn.localhost{path}", date_less_than=datetime.now(UTC) + timedelta(days=1)
        )
        return url.removeprefix("https://cdn.localhost")

    def _signature(self, message: bytes) -> bytes:
        key = cast("rsa.RSAPrivateKey", load_pem_private_key(self._private.encode(), password=None))
        return key.sign(message, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303  # what CloudFront takes


def _file(size: str) -> str:
    return size.replace(" ", "-")
