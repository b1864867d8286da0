"""A small upstream that says what reached it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_STATUSES = {"/absent": 404, "/refused": 429}


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
        self.send_response(_STATUSES.get(self.path, 200))
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


@contextmanager
def echoing(address: str, port: int) -> Iterator[int]:
    server = ThreadingHTTPServer((address, port), _Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
