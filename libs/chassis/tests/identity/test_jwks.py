from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from chassis.errors import Transient, Unauthenticated
from chassis.identity.jwks import JwksCache, fetch_from
from chassis.telemetry import trace_context
from chassis.testing import FakeClock, Issuer


class Desk:
    """Where the keys are fetched: gives `document`, or raises it, and counts."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.fetches = 0
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()

    def __call__(self) -> Any:
        self.fetches += 1
        self.entered.set()
        self.open.wait(120)
        if isinstance(self.document, Exception):
            raise self.document
        return self.document


@pytest.fixture
def desk(issuer: Issuer) -> Desk:
    return Desk(issuer.jwks())


@pytest.fixture
def keys(desk: Desk, clock: FakeClock) -> JwksCache:
    return JwksCache(desk, lifetime=300, min_refresh=5, now=clock.timestamp, epoch=clock.timestamp)


def test_keys_are_read_once_and_kept(keys: JwksCache, desk: Desk) -> None:
    for _ in range(3):
        assert keys.key("test-key", "ES256").key_id == "test-key"
    assert desk.fetches == 1


def test_keys_are_read_again_after_their_lifetime(keys: JwksCache, desk: Desk, clock: FakeClock) -> None:
    keys.key("test-key", "ES256")
    clock.advance(301)
    keys.key("test-key", "ES256")
    assert desk.fetches == 2


def test_a_new_key_is_found_at_once_when_its_first_token_comes(
    keys: JwksCache, desk: Desk, clock: FakeClock, issuer: Issuer
) -> None:
    keys.key("test-key", "ES256")
    clock.advance(6)
    desk.document = {"keys": [*issuer.jwks()["keys"], *Issuer("next").jwks()["keys"]]}
    assert keys.key("next", "ES256").key_id == "next"


def test_unknown_ids_do_not_make_us_call_the_issuer_each_time(
    keys: JwksCache, desk: Desk, clock: FakeClock
) -> None:
    keys.key("test-key", "ES256")
    clock.advance(6)
    for number in range(100):
        with pytest.raises(Unauthenticated):
            keys.key(f"made-up-{number}", "ES256")
    assert desk.fetches == 2


@pytest.mark.parametrize(
    "trouble",
    [
        requests.ConnectionError("away"),
        requests.HTTPError("502"),
        ValueError("not JSON"),
        {},
        [],
        None,
        "text",
        {"keys": None},
        {"keys": 3},
        {"keys": []},
        {"keys": ["text", None, 3]},
    ],
    ids=repr,
)
def test_while_the_issuer_is_away_or_talks_nonsense_known_keys_stay_good(
    keys: JwksCache, desk: Desk, clock: FakeClock, trouble: Any
) -> None:
    keys.key("test-key", "ES256")
    desk.document = trouble
    clock.advance(3600)
    assert keys.key("test-key", "ES256").key_id == "test-key"
    assert desk.fetches == 2


def test_an_issuer_that_was_never_reached_is_transient_and_waited_for(
    keys: JwksCache, desk: Desk, clock: FakeClock
) -> None:
    document, desk.document = desk.document, requests.ConnectionError("away")
    with pytest.raises(Transient):
        keys.key("test-key", "ES256")
    desk.document = document
    clock.advance(6)
    assert keys.key("test-key", "ES256").key_id == "test-key"


def test_an_issuer_that_was_never_reached_is_soon_asked_again(
    keys: JwksCache, desk: Desk, clock: FakeClock
) -> None:
    document, desk.document = desk.document, requests.ConnectionError("away")
    for _ in range(3):
        with pytest.raises(Transient):
            keys.prepare()
    desk.document = document
    clock.advance(1)
    keys.prepare()
    assert desk.fetches == 2


def test_keys_that_were_read_ahead_are_not_read_again(keys: JwksCache, desk: Desk) -> None:
    keys.prepare()
    keys.prepare()
    assert keys.key("test-key", "ES256").key_id == "test-key"
    assert desk.fetches == 1


@pytest.mark.parametrize(
    "other",
    [
        {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "o", "alg": "HS256"},
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "o"},
        {"kty": "exotic", "kid": "o"},
        {"kid": "o"},
        {},
        "text",
    ],
    ids=str,
)
def test_keys_of_other_kinds_are_passed_over(desk: Desk, keys: JwksCache, issuer: Issuer, other: Any) -> None:
    desk.document = {"keys": [other, *issuer.jwks()["keys"]]}
    assert keys.key("test-key", "ES256").key_id == "test-key"
    for algorithm in ("HS256", "EdDSA", "ES256"):
        with pytest.raises(Unauthenticated):
            keys.key("o", algorithm)


def test_a_key_for_encryption_signs_nothing(desk: Desk, keys: JwksCache, issuer: Issuer) -> None:
    other = {**Issuer("enc").jwks()["keys"][0], "use": "enc"}
    desk.document = {"keys": [other, *issuer.jwks()["keys"]]}
    with pytest.raises(Unauthenticated):
        keys.key("enc", "ES256")


def test_a_key_without_an_id_is_passed_over(desk: Desk, keys: JwksCache, issuer: Issuer) -> None:
    nameless = {name: value for name, value in Issuer().jwks()["keys"][0].items() if name != "kid"}
    desk.document = {"keys": [nameless, *issuer.jwks()["keys"]]}
    with pytest.raises(Unauthenticated):
        keys.key("", "ES256")


def starting(issuer: Issuer, starts_at: Any) -> dict[str, Any]:
    """Return the issuer's keys and another one, `next`, that starts at a time of its own."""
    [upcoming] = Issuer("next").jwks()["keys"]
    return {"keys": [*issuer.jwks()["keys"], {**upcoming, "nbf": starts_at}]}


def test_a_key_is_unknown_until_its_start(
    desk: Desk, keys: JwksCache, clock: FakeClock, issuer: Issuer
) -> None:
    desk.document = starting(issuer, clock.timestamp() + 100)
    clock.advance(99)
    with pytest.raises(Unauthenticated):
        keys.key("next", "ES256")
    clock.advance(1)
    assert keys.key("next", "ES256").key_id == "next"
    assert desk.fetches == 1


def test_a_key_that_starts_earlier_than_it_was_told_is_found_at_once(
    desk: Desk, keys: JwksCache, clock: FakeClock, issuer: Issuer
) -> None:
    desk.document = starting(issuer, clock.timestamp() + 100)
    keys.prepare()
    clock.advance(6)
    desk.document["keys"][1].pop("nbf")
    assert keys.key("next", "ES256").key_id == "next"


@pytest.mark.parametrize("start", ["soon", None, [], {}], ids=str)
def test_a_key_with_a_start_that_cannot_be_read_is_passed_over(
    desk: Desk, keys: JwksCache, issuer: Issuer, start: Any
) -> None:
    desk.document = starting(issuer, start)
    assert keys.key("test-key", "ES256").key_id == "test-key"
    with pytest.raises(Unauthenticated):
        keys.key("next", "ES256")


def test_a_known_key_serves_one_algorithm(keys: JwksCache) -> None:
    for algorithm in ("RS256", "HS256", "none", ""):
        with pytest.raises(Unauthenticated):
            keys.key("test-key", algorithm)


def test_a_first_burst_waits_for_one_fetch(keys: JwksCache, desk: Desk) -> None:
    desk.open.clear()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(keys.key, "test-key", "ES256") for _ in range(8)]
        desk.open.set()
        assert all(found.result().key_id == "test-key" for found in asked)
    assert desk.fetches == 1


def test_an_issuer_that_hangs_holds_up_nobody_whose_key_is_known(
    keys: JwksCache, desk: Desk, clock: FakeClock
) -> None:
    keys.key("test-key", "ES256")
    clock.advance(301)
    desk.open.clear()
    desk.entered.clear()
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(keys.key, "test-key", "ES256")
        assert desk.entered.wait(60)
        with ThreadPoolExecutor(1) as other:
            assert other.submit(keys.key, "test-key", "ES256").result(timeout=60)
        desk.open.set()
        assert held.result()


def test_while_one_asks_an_issuer_that_hangs_nobody_waits_for_its_answer(keys: JwksCache, desk: Desk) -> None:
    desk.open.clear()
    with ThreadPoolExecutor(9) as pool:
        asking = pool.submit(keys.key, "test-key", "ES256")
        assert desk.entered.wait(60)
        others = [pool.submit(keys.key, "test-key", "ES256") for _ in range(8)]
        assert all(isinstance(other.exception(), Transient) for other in others)
        assert not asking.done()
        desk.open.set()
        assert asking.result()
    assert desk.fetches == 1


def test_a_key_that_is_not_known_while_the_keys_are_being_read_is_not_yet_refused(
    keys: JwksCache, desk: Desk, clock: FakeClock
) -> None:
    keys.key("test-key", "ES256")
    clock.advance(6)
    desk.open.clear()
    desk.entered.clear()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(keys.key, "next", "ES256")
        assert desk.entered.wait(60)
        with pytest.raises(Transient):
            keys.key("next", "ES256")
        assert keys.key("test-key", "ES256")
        assert not asking.done()
        desk.open.set()
        assert isinstance(asking.exception(), Unauthenticated)


class _Handler(BaseHTTPRequestHandler):
    answers: list[tuple[int, bytes]]
    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        self.seen.append(dict(self.headers))
        status, body = self.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    _Handler.answers, _Handler.seen = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}/jwks.json"
        listening.shutdown()


def test_keys_come_over_http_with_the_trace(server: str) -> None:
    _Handler.answers.append((200, b'{"keys": []}'))
    with trace_context.active(trace_context.start(request_id="request-1")):
        assert fetch_from(server)() == {"keys": []}
    assert _Handler.seen[0]["X-Request-Id"] == "request-1"


@pytest.mark.parametrize("answer", [(503, b""), (200, b"<html>"), (404, b"{}")], ids=["503", "html", "404"])
def test_an_answer_that_is_no_key_set_is_waited_out(server: str, answer: tuple[int, bytes]) -> None:
    _Handler.answers.append(answer)
    with pytest.raises(Transient):
        JwksCache(fetch_from(server)).key("k", "ES256")


def test_an_issuer_that_is_not_there_is_transient() -> None:
    with pytest.raises(Transient):
        JwksCache(fetch_from("http://127.0.0.1:9/jwks", timeout=(1, 1))).key("k", "ES256")
