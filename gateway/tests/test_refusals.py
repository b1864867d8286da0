"""What is too much is refused after a moment, so that whoever heeds no refusal keeps nobody else waiting."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from gateway.tests.conftest import SHOP, Gateway, running_gateway
from gateway.tests.waiting import eventually

from slipway.gateway import EdgeOrigins

MOMENT = 1.0
LONG_MOMENT = 10.0
MORE_THAN_AN_ADDRESS_HAS_AT_ONCE = 60
_BODY_NOT_SENT = b"Host: shop.localhost\r\nContent-Length: 2\r\n"


@pytest.fixture
def deliberate(upstream: str, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that refuses after MOMENT."""
    told = EdgeOrigins.model_validate({"connections": {"refusal_milliseconds": int(MOMENT * 1000)}})
    with running_gateway(tmp_path, {"shop": SHOP}, upstream, upstream, origins_file=told) as gateway:
        yield gateway


@pytest.fixture
def crowded(upstream: str, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that refuses after a long time, and lets one wait at a time for that."""
    told = EdgeOrigins.model_validate(
        {"connections": {"refusal_milliseconds": int(LONG_MOMENT * 1000), "refusals_at_once": 3}}
    )
    with running_gateway(tmp_path, {"shop": SHOP}, upstream, upstream, origins_file=told) as gateway:
        yield gateway


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_each_refusal_takes_its_moment(deliberate: Gateway, opened: ExitStack) -> None:
    for _ in range(2):
        begun = opened.enter_context(deliberate.connect())
        begun.sendall(b"POST /v1/few HTTP/1.1\r\n" + _BODY_NOT_SENT + b"\r\n")
    assert eventually(lambda: deliberate.call("/v1/few", method="POST").status == 429)
    since = time.monotonic()
    assert [deliberate.call("/v1/few", method="POST").status for _ in range(2)] == [429, 429]
    assert time.monotonic() - since >= 2 * MOMENT


@pytest.mark.parametrize("speaks_http2", [False, True], ids=["http/1.1", "http/2"])
def test_a_services_own_refusal_takes_its_moment_and_its_other_answers_do_not(
    deliberate: Gateway, speaks_http2: bool
) -> None:
    client = replace(deliberate, speaks_http2=speaks_http2)
    took: dict[str, float] = {}
    for path, status in (("/absent", 404), ("/refused", 429)):
        since = time.monotonic()
        for _ in range(4):  # one whose second is just over may come at once
            told = client.call(path, headers={"X-Filler": "as-long-as-a-problem" * 20})
            assert (told.status, told.json["path"]) == (status, path)
        took[path] = time.monotonic() - since
    assert took["/refused"] > took["/absent"] + 2


def test_who_waits_for_a_refusal_has_no_place_of_those_that_are_served(
    deliberate: Gateway, opened: ExitStack
) -> None:
    account = f"Authorization: Bearer {uuid4()}.{uuid4()}\r\n".encode()
    crowd = [opened.enter_context(deliberate.connect()) for _ in range(MORE_THAN_AN_ADDRESS_HAS_AT_ONCE)]
    for one in crowd:
        one.sendall(b"POST /v1/plenty HTTP/1.1\r\n" + account + _BODY_NOT_SENT + b"\r\n{}")
    assert [deliberate.call("/v1/plenty").status for _ in range(5)] == [200] * 5
    heads = [_head(one) for one in crowd]
    refused = [head for head in heads if b" 200 " not in head]
    assert len(refused) > len(crowd) / 2
    assert all(b" 429 " in head and b"application/problem+json" in head for head in refused)


def test_beyond_those_that_may_wait_everybody_is_refused_at_once(crowded: Gateway, opened: ExitStack) -> None:
    crowd = [opened.enter_context(crowded.connect()) for _ in range(12)]
    since = time.monotonic()
    for one in crowd:
        one.sendall(b"POST /v1/few HTTP/1.1\r\n" + _BODY_NOT_SENT + b"\r\n")
        one.settimeout(0.05)
    told: dict[ssl.SSLSocket, bytes] = {}
    while len(told) < len(crowd) - 2 - 3:  # two are served, and up to three wait around the turn of a moment
        for one in set(crowd) - set(told):
            with suppress(TimeoutError):
                told[one] = _head(one)
    assert time.monotonic() - since < LONG_MOMENT
    assert all(b" 429 " in head for head in told.values())


def _head(stream: ssl.SSLSocket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found:
        found += stream.recv(65536) or b"\r\n\r\n"
    return found
