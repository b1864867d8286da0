from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from slipway.bench import wrk
from slipway.bench.wrk import BenchRequest

ROOT = Path(__file__).parents[4]


class Heard(BaseHTTPRequestHandler):
    """Answers 200, or 404 for a path that says so, and keeps what it was sent."""

    protocol_version = "HTTP/1.1"
    requests: list[tuple[str, str, str | None, str | None, bytes]] = []

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        sent = self.headers["Authorization"], self.headers["If-None-Match"]
        self.requests.append((self.command, self.path, *sent, body))
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = _answer  # noqa: N815  # the library's names

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def url() -> Iterator[str]:
    Heard.requests.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Heard) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_requests_are_sent_in_turn_and_wrong_answers_are_counted(url: str, tmp_path: Path) -> None:
    tool = wrk.find(ROOT, ROOT / ".slipway" / "tools")
    body = json.dumps({"title": "a"})
    sent = [
        BenchRequest("/list?limit=20", "secret", header='If-None-Match: "v1"'),
        BenchRequest("/write", method="POST", body=body),
        BenchRequest("/missing"),
    ]
    file = tmp_path / "requests"
    file.write_text("\n".join(one.line() for one in sent) + "\n", encoding="utf-8")
    seen = wrk.measured(tool.start(url, file, host="here", seconds=1, connections=1))
    assert set(Heard.requests) == {
        ("GET", "/list?limit=20", "Bearer secret", '"v1"', b""),
        ("POST", "/write", None, None, body.encode()),
        ("GET", "/missing", None, None, b""),
    }
    assert seen.requests // 3 - 1 <= seen.wrong <= seen.requests // 3 + 1
    assert seen.per_second > 0
    assert seen.p50 <= seen.p99
