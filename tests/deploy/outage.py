"""A way to the emulator on which S3 takes no state of Terraform's, as with credentials that have expired."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_EXPIRED = b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
_OF_ONE_CONNECTION = {"connection", "content-length", "date", "server", "transfer-encoding"}


@contextmanager
def state_cannot_be_written(url: str) -> Iterator[str]:
    """Yield an address that passes everything on to `url`, save that no state can be written."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(url.removeprefix("http://")))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _handler(upstream: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if self.command == "PUT" and self.path.partition("?")[0].endswith(".tfstate"):
                self._send(400, [], _EXPIRED)
                return
            connection = http.client.HTTPConnection(upstream)
            connection.request(self.command, self.path, body or None, dict(self.headers))
            found = connection.getresponse()
            self._send(found.status, found.getheaders(), found.read())
            connection.close()

        def _send(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in _OF_ONE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    for verb in ("GET", "HEAD", "PUT", "POST", "DELETE"):
        setattr(Handler, f"do_{verb}", Handler.answer)
    return Handler
