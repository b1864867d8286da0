"""What other services are asked, over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest

from blog.errors import CoverRefused, CoverUnknown, NameUnknown, TokenRefused
from blog.store.covers import MediaCovers
from blog.store.profiles import IssuerProfiles
from chassis.errors import Problem
from chassis.telemetry import trace_context

PICTURE = UUID("01890000-0000-7000-8000-000000000001")
SIZE = {"name": "large", "width": 1024, "height": 683, "content_type": "image/jpeg", "url": "https://cdn/x"}
SHOWN = {"id": str(PICTURE), "version": 4, "sizes": [SIZE], "newer": True}
Answering = Callable[[int, Any], str]


class _Neighbour(ThreadingHTTPServer):
    """Gives one answer to everybody, and keeps what it was asked."""

    status = 200
    body = b""
    asked: list[tuple[str, str, dict[str, str]]]


class _Handler(BaseHTTPRequestHandler):
    server: _Neighbour

    def _answer(self) -> None:
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.body)

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def neighbour() -> Iterator[_Neighbour]:
    with _Neighbour(("127.0.0.1", 0), _Handler) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def answering(neighbour: _Neighbour) -> Answering:
    """Return what sets the answer and gives the neighbour's address."""

    def told(status: int, body: Any) -> str:
        neighbour.status = status
        neighbour.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return f"http://127.0.0.1:{neighbour.server_port}"

    return told


def test_a_cover_is_made_public_with_the_callers_token(answering: Answering, neighbour: _Neighbour) -> None:
    covers = MediaCovers(answering(200, SHOWN))
    with trace_context.active(trace_context.start(request_id="request-1")):
        cover = covers.publish(PICTURE, "Bearer t")
    assert (cover.object_id, cover.version, cover.largest.width) == (PICTURE, 4, 1024)
    [(method, path, headers)] = neighbour.asked
    assert (method, path) == ("PUT", f"/v1/objects/{PICTURE}/public")
    assert (headers["Authorization"], headers["X-Request-Id"]) == ("Bearer t", "request-1")


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (404, {}, CoverRefused),
        (409, {}, CoverRefused),
        (401, {}, TokenRefused),
        (302, {}, CoverUnknown),
        (412, {}, CoverUnknown),
        (429, {}, CoverUnknown),
        (503, {}, CoverUnknown),
        (200, b"<html>", CoverUnknown),
        (200, {"version": 4, "sizes": []}, CoverUnknown),
    ],
)
def test_what_media_answers_becomes_a_problem_by_name(
    answering: Answering, status: int, body: Any, problem: type[Problem]
) -> None:
    with pytest.raises(problem):
        MediaCovers(answering(status, body)).publish(PICTURE, "Bearer t")


def test_a_name_is_asked_for_once_in_a_while(answering: Answering, neighbour: _Neighbour) -> None:
    now = [0.0]
    profiles = IssuerProfiles(answering(200, {"name": "Anna"}), lambda: now[0])
    assert {profiles.name_of("a", "Bearer t") for _ in range(3)} == {"Anna"}
    assert len(neighbour.asked) == 1
    now[0] += 3600
    profiles.name_of("a", "Bearer t")
    assert len(neighbour.asked) == 2


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [(401, {}, TokenRefused), (500, {}, NameUnknown), (200, {}, NameUnknown), (200, b"x", NameUnknown)],
)
def test_what_the_issuer_does_not_say_is_a_problem_by_name(
    answering: Answering, status: int, body: Any, problem: type[Problem]
) -> None:
    with pytest.raises(problem):
        IssuerProfiles(answering(status, body)).name_of("a", "Bearer t")


def test_a_neighbour_that_is_away_is_a_problem_by_name() -> None:
    url = "http://127.0.0.1:9"
    with pytest.raises(CoverUnknown):
        MediaCovers(url).publish(PICTURE, "Bearer t")
    with pytest.raises(NameUnknown):
        IssuerProfiles(url).name_of("a", "Bearer t")
