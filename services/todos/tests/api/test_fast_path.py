"""Every answer is the same, whether the fast path gives it or Flask alone."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from prometheus_client import REGISTRY
from services.todos.tests.factories import settings
from werkzeug.test import EnvironBuilder, run_wsgi_app

from chassis.accounts import AccountData
from chassis.clock import utc_now
from chassis.idempotency.memory import MemoryIdempotency
from chassis.messages.memory_outbox import MemoryOutbox
from chassis.stores.cache import OwnerCache, connect
from chassis.telemetry import logs
from chassis.testing import Issuer
from chassis.testing.cache import MemoryCache
from chassis.testing.tokens import id_of
from todos.app import create_app
from todos.store.memory import MemoryStore
from todos.wiring import Cache, Stores, accounts_of


class Unfindable:
    """A cache in which the fast path finds nothing, so that Flask answers."""

    def __init__(self, cache: Cache) -> None:
        self.read, self.writing, self.probe = cache.read, cache.writing, cache.probe

    def find(self, owner: str, field: str, held: str = "") -> None:
        return None


Answer = tuple[str, list[tuple[str, str]], bytes]


@dataclass
class Ways:
    """One service twice over the same store and cache: with the fast path and without."""

    fast: Flask
    slow: Flask
    issuer: Issuer
    cache: Any
    accounts: AccountData
    ids: dict[str, str] = field(default_factory=dict)

    def ask(self, app: Flask, path: str, headers: dict[str, str], **environ: Any) -> Answer:
        """Send a request as a server hands it over; what is in `environ` goes over the rest."""
        builder = EnvironBuilder(path="/", headers={"X-Request-Id": "request-1", **headers})
        raw_path, _, query = path.partition("?")
        sent = builder.get_environ() | {"PATH_INFO": raw_path, "QUERY_STRING": query, **environ}
        body, status, answered = run_wsgi_app(app, {k: v for k, v in sent.items() if v is not None})
        return status, list(answered.items()), b"".join(body)

    def etag(self, path: str, headers: dict[str, str]) -> str:
        """Return the ETag of what is there."""
        return dict(self.ask(self.slow, path, headers)[1])["ETag"]


def ways_over(cache: Any, issuer: Issuer) -> Ways:
    stores = Stores(MemoryStore(), cache, MemoryCache(), MemoryIdempotency(), MemoryOutbox())
    fast = create_app(settings(), parts=stores, verifier=issuer.verifier())
    findless = replace(stores, cache=Unfindable(cache))
    slow = create_app(settings(), parts=findless, verifier=issuer.verifier())
    ways = Ways(fast, slow, issuer, cache, accounts_of(stores, utc_now))
    client = ways.slow.test_client()
    for number in range(5):
        body = {"title": f"Käse {number}", "notes": "two\nlines", "tags": ["a b"]}
        ways.ids["todo"] = client.post("/v1/todos", json=body, headers=issuer.headers("ann")).json["id"]  # type: ignore[index]
    listed = client.get("/v1/lists", headers=issuer.headers("ann")).json
    ways.ids["list"] = listed["items"][0]["id"]  # type: ignore[index]
    return ways


@pytest.fixture
def ways(issuer: Issuer) -> Ways:
    return ways_over(MemoryCache(), issuer)


TARGETS = [
    "/v1/todos",
    "/v1/todos?limit=2",
    "/v1/todos?limit=2&",
    "/v1/todos?limit=2&limit=2",
    "/v1/todos?limit=0",
    "/v1/todos?limit=2;done=true",
    "/v1/todos?LIMIT=2",
    "/v1/todos?limit=%32",
    "/v1/todos?limit=\x80\xff",
    "/v1/todos?limit=%zz",
    "/v1/todos?%00",
    "/v1/todos?q=k%C3%A4se",
    "/v1/todos?q=%ff",
    "/v1/todos?tag=a+b",
    "/v1/todos?tag=a%20b",
    "/v1/todos?cursor=made-up",
    "/v1/todos?sort=due_at&order=desc",
    "/v1/todos??limit=2",
    "/v1/todos/",
    "//v1/todos",
    "/v1//todos",
    "/v1/todos%3Flimit=2",
    "/V1/todos",
    "/v1/todos\x00",
    "/v1/todos/{todo}",
    "/v1/todos/{todo}?limit=2",
    "/v1/todos/{todo}/",
    "/v1/todos/00000000-0000-0000-0000-000000000000",
    "/v1/todos/../todos",
    "/v1/lists",
    "/v1/lists?limit=1",
    "/v1/lists/{list}",
    "/v1/lists/{todo}",
    "/v1/changes",
    "/livez",
    "/nowhere",
    "",
]
CONDITIONS = [
    "{etag}",
    "W/{etag}",
    '"other", {etag}',
    '"other",{etag},"another"',
    '"other"',
    "*",
    "{etag} {etag}",
    'x{etag}"',
    "'{etag}'",
    '"{etag}"',
    '"unclosed',
    "",
    ",",
    "\xff{etag}",
    '"a", ' * 100 + "{etag}",
]
OTHERS: list[dict[str, str]] = [
    {},
    {"Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    {"Traceparent": "nonsense", "X-Request-Id": "request-2"},
    {"Range": "bytes=0-3", "If-Range": '"x"', "If-Match": '"x"', "If-Modified-Since": "yesterday"},
    {"Accept": "text/html", "Accept-Encoding": "gzip", "Cookie": "a=b", "Connection": "Upgrade"},
    {"Host": "evil.example.test:99999"},
    {"Host": "[::bad"},
    {"Host": "a b\x00"},
    {"X-Forwarded-For": "1.2.3.4, junk", "X-Forwarded-Proto": "gopher"},
    {"Content-Type": "application/json", "Idempotency-Key": "k" * 300},
    {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"},
    {"Content-Encoding": "gzip"},
    {"Content-Encoding": "identity"},
    {"Content-Encoding": ""},
]
ENVIRONS: list[dict[str, Any]] = [
    *({"REQUEST_METHOD": method} for method in ("HEAD", "POST", "PUT", "OPTIONS", "get", "ODD", "")),
    {"CONTENT_LENGTH": "0"},
    {"CONTENT_LENGTH": "2"},
    {"CONTENT_LENGTH": "-1"},
    {"CONTENT_LENGTH": "x"},
    {"HTTP_TRANSFER_ENCODING": "chunked"},
    {"SCRIPT_NAME": "/v1"},
    {"QUERY_STRING": None},
    {"SERVER_PROTOCOL": "HTTP/1.0"},
    {"wsgi.url_scheme": "https"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
]


def authorizations(issuer: Issuer) -> list[dict[str, str]]:
    good = issuer.headers("ann")["Authorization"]
    sent = [
        good,
        good.replace("Bearer ", "bearer "),
        good.replace("Bearer ", "Bearer   ") + " ",
        good.replace("Bearer ", "Bearer\t"),
        good + "x",
        good + ", " + good,
        "Basic " + good,
        "Bearer",
        "Bearer " + "x" * 5000,
        "Bearer k\xe4se",
        "",
        issuer.headers("bob")["Authorization"],
    ]
    return [{"Authorization": one} for one in sent] + [{}]


def corpus(ways: Ways) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """Yield requests: path, headers, and what of the server's is not as usual."""
    ann = ways.issuer.headers("ann")
    targets = [target.format(**ways.ids) for target in TARGETS]
    usual = [targets[0], f"/v1/todos/{ways.ids['todo']}", f"/v1/lists/{ways.ids['list']}"]
    yield from ((target, ann, {}) for target in targets)
    yield from ((target, sent, {}) for target in usual for sent in authorizations(ways.issuer))
    yield from ((target, ann, environ) for target in usual for environ in ENVIRONS)
    for target, condition in itertools.product(usual, CONDITIONS):
        yield target, {**ann, "If-None-Match": condition.format(etag=ways.etag(target, ann))}, {}
    for target, others in itertools.product(usual, OTHERS):
        yield target, {**ann, **others}, {}


def without_what_each_call_makes(answer: Answer) -> Answer:
    """Return the answer without a reading of the time."""
    status, headers, body = answer
    return status, headers, b"" if b'"latency_ms"' in body else body


def test_a_corpus_of_requests_is_answered_the_same_both_ways(ways: Ways) -> None:
    requests = list(corpus(ways))
    for path, headers, environ in requests * 2:  # so that the cache is the same for both
        ways.ask(ways.slow, path, headers, **environ)
    for _ in range(2):  # at first nothing is known to the fast path
        for path, headers, environ in requests:
            fast = ways.ask(ways.fast, path, headers, **environ)
            assert fast == ways.ask(ways.slow, path, headers, **environ), (path, headers, environ)
    assert ways.cache.found > len(requests) / 4


def test_it_is_the_same_with_redis_behind(issuer: Issuer, redis_url: str) -> None:
    cache = OwnerCache(connect(redis_url), f"todos-{issuer.token('ann')[-12:]}")
    ways = ways_over(cache, issuer)
    ann = issuer.headers("ann")
    etag = ways.etag("/v1/todos", ann)
    for condition in ("", etag, f"W/{etag}", '"x"', f'"x", {etag}'):
        headers = {**ann, "If-None-Match": condition}
        for _ in range(20):  # a machine that stands still lets the cache begin anew: then again a miss
            answers = [ways.ask(app, "/v1/todos", headers) for app in (ways.fast, ways.slow)]
            if ("X-Cache", "hit") in answers[0][1] and ("X-Cache", "hit") in answers[1][1]:
                break
        assert answers[0] == answers[1]
    cache.close()


def test_a_write_is_seen_by_the_next_read(ways: Ways) -> None:
    ann = ways.issuer.headers("ann")
    client = ways.fast.test_client()
    for number in range(5):
        client.post("/v1/todos", json={"title": f"new {number}"}, headers=ann)
        for _ in range(2):
            assert f"new {number}" in client.get("/v1/todos", headers=ann).text


def test_nobody_is_given_what_is_anothers(ways: Ways) -> None:
    client = ways.fast.test_client()
    for path in (f"/v1/todos/{ways.ids['todo']}", f"/v1/lists/{ways.ids['list']}"):
        for _ in range(2):
            assert client.get(path, headers=ways.issuer.headers("ann")).status_code == 200
            assert client.get(path, headers=ways.issuer.headers("bob")).status_code == 404


def test_an_erased_account_is_refused_both_ways_at_once(ways: Ways) -> None:
    ann = ways.issuer.headers("ann")
    for _ in range(2):
        assert ways.ask(ways.fast, "/v1/todos", ann)[0] == "200 OK"
    ways.accounts.mark_erased(id_of("ann"))
    for _ in range(3):
        refused = ways.ask(ways.fast, "/v1/todos", ann)
        assert refused[0].startswith("401 ")
        assert refused == ways.ask(ways.slow, "/v1/todos", ann)


def test_a_token_whose_key_is_withdrawn_or_that_has_expired_is_refused(ways: Ways) -> None:
    short = ways.issuer.headers("ann", exp=1)
    client = ways.fast.test_client()
    client.get("/v1/todos", headers=ways.issuer.headers("ann"))
    for _ in range(2):
        assert client.get("/v1/todos", headers=short).status_code == 401


@pytest.fixture
def _restored() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.usefixtures("_restored")
def test_both_ways_write_the_same_line_and_count_the_same(
    ways: Ways, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("todos")
    labels = {"route": "/v1/todos", "method": "GET", "status": "200"}
    headers = {
        **ways.issuer.headers("ann"),
        "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    ways.ask(ways.fast, "/v1/todos?limit=2", headers)
    capfd.readouterr()
    lines = []
    for app in (ways.fast, ways.slow):
        before = REGISTRY.get_sample_value("http_requests_total", labels) or 0
        ways.ask(app, "/v1/todos?limit=2", headers)
        assert REGISTRY.get_sample_value("http_requests_total", labels) == before + 1
        line = json.loads(capfd.readouterr().out)
        assert line.pop("time")
        assert line.pop("duration_ms") >= 0
        lines.append(line)
    assert lines[0] == lines[1]
    assert lines[0]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert ways.cache.found
