"""The services' public addresses, over TLS: each serves the release that its web role runs on the cluster."""

from __future__ import annotations

import json
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.deploy.cluster import Cluster
from tests.terraform.terraform import ROOT

from slipway.gateway.authority import ensure_authority
from slipway.manifest import load_all

DOMAIN = "dev.example.com"


class Site:
    """A running site. `unready` are services that answer 503, `serves` what some serve instead."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.unready: set[str] = set()
        self.serves: dict[str, str] = {}
        hosts = [f"{one.subdomain}.{DOMAIN}" for one in load_all(ROOT).values()]
        tls = ensure_authority(folder, DOMAIN, hosts)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(cluster, self))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self.authority = tls.root
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(cluster: Cluster, site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.headers["Host"].partition(".")[0]
            status = 503 if name in site.unready else 200
            body = {"status": "ok"}
            if self.path == "/version":
                body = {"service": name, "version": site.serves.get(name) or cluster.serving(f"{name}-api")}
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    return Handler
