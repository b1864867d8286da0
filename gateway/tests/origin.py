"""A server of files for a test: it validates, counts what it is asked, and can be slow."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FileOrigin:
    """The files by path, and the requests that came: method, path, header fields, status.

    `nothing` are paths that are answered with 204.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    nothing: set[str] = field(default_factory=set)
    headers: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, str, Mapping[str, str], int]] = field(default_factory=list)
    finished: int = 0
    seconds: float = 0.0
    address: str = ""

    def fetches(self, path: str) -> list[int]:
        """Return the statuses of what was answered for `path`."""
        return [status for _, asked, _, status in self.requests if asked == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, origin: FileOrigin, *arguments: Any) -> None:
        self._origin = origin
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        content = self._origin.files.get(self.path)
        etag = f'"{hashlib.md5(content).hexdigest()}"' if content is not None else ""  # as S3 does
        absent = 204 if self.path in self._origin.nothing else 404
        status = absent if content is None else 304 if self.headers.get("If-None-Match") == etag else 200
        self._origin.requests.append((self.command, self.path, dict(self.headers.items()), status))
        body = content if content is not None and status == 200 else b""
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        for name, value in self._origin.headers.items():
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        time.sleep(self._origin.seconds)
        self.wfile.write(body[len(body) // 2 :])
        self._origin.finished += 1

    do_PUT = do_POST = do_HEAD = do_GET  # noqa: N815  # the library's names

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def serving_files() -> Iterator[FileOrigin]:
    """Serve until the body ends."""
    origin = FileOrigin()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, origin))
    server.daemon_threads = True
    origin.address = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield origin
    server.shutdown()
    server.server_close()
