"""Edges for tests: what the gateway and CloudFront's API say to being told what is gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree as ET

_CLOUDFRONT = "{http://cloudfront.amazonaws.com/doc/2020-05-31/}"
_TAKEN = """<Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I1</Id><Status>InProgress</Status>
<CreateTime>2026-01-31T12:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>0</Quantity></Paths>
<CallerReference>r</CallerReference></InvalidationBatch></Invalidation>"""
_REFUSED = "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"


@dataclass
class FakeEdge:
    """What it was told, in order. The next requests are answered with `refusals`: statuses and errors."""

    address: str = ""
    told: list[list[str]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)


@contextmanager
def fake_edge() -> Iterator[FakeEdge]:
    """Run one that takes the gateway's purges at `/purge` and CloudFront's invalidations anywhere else."""
    edge = FakeEdge()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_gateway = self.path == "/purge"
            paths, reference = _of_gateway(body) if is_gateway else _of_cloudfront(body)
            edge.references.append(reference)
            edge.callers.append(self.headers["Authorization"] if is_gateway else self.path)
            if edge.refusals:
                status, code = edge.refusals.pop(0)
                self._answer(status, _REFUSED.format(code=code))
                return
            edge.told.append(paths)
            self._answer(204 if is_gateway else 201, "" if is_gateway else _TAKEN)

        def _answer(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # http.server's name
            """Keep the tests' output free of it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        edge.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield edge
        finally:
            server.shutdown()


def _of_gateway(body: bytes) -> tuple[list[str], str]:
    told = json.loads(body)
    return told["paths"], told["host"]


def _of_cloudfront(body: bytes) -> tuple[list[str], str]:
    batch = ET.fromstring(body)
    paths = [one.text or "" for one in batch.iter(f"{_CLOUDFRONT}Path")]
    assert batch.findtext(f"{_CLOUDFRONT}Paths/{_CLOUDFRONT}Quantity") == str(len(paths))
    return paths, batch.findtext(f"{_CLOUDFRONT}CallerReference") or ""
