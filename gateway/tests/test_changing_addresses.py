"""Copies of a service come and go; the gateway looks their name up again and again."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from gateway.tests.waiting import eventually

LIVING, GONE, REFUSING = "127.0.0.1", "127.0.0.2", "127.0.0.3"


@contextmanager
def silence(port: int) -> Iterator[None]:
    """Have nobody answer at GONE, not even by refusing: as at the address of a container that is gone."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((GONE, port), backlog=0))
        while True:
            client = stack.enter_context(socket.socket())
            client.settimeout(0.5)
            try:
                client.connect(listener.getsockname())
            except TimeoutError:
                break
        yield


def log(gateway: Any) -> list[dict[str, Any]]:
    lines = Path(gateway.edge.log).read_text().rpartition("\n")[0].splitlines()
    return [json.loads(line) for line in lines]


def logged(gateway: Any, request_id: str) -> dict[str, Any]:
    assert eventually(lambda: any(line["request_id"] == request_id for line in log(gateway)))
    return next(line for line in log(gateway) if line["request_id"] == request_id)


def insist(gateway: Any) -> None:
    """Send the same order again and again until it is taken."""
    while gateway.call("/order", method="POST", body=b"one").status != 200:
        pass


def test_what_waits_for_a_copy_that_is_gone_is_taken_by_its_successor(resolving, names):
    """The change has to come while a request waits the first time, so it is made until one did."""
    port = int(resolving.edge.upstreams["shop"].partition(":")[2])
    crossed = f"{GONE}:{port} : {LIVING}:{port}"
    with silence(port), ThreadPoolExecutor(8) as clients:
        while not any((line["upstream"], line["status"]) == (crossed, 200) for line in log(resolving)):
            names.addresses = [GONE]
            assert eventually(lambda: resolving.call().status == 504)
            waiting = [clients.submit(insist, resolving) for _ in range(8)]
            names.addresses = [LIVING]
            for one in waiting:
                one.result()


def test_a_copy_that_is_back_is_asked_however_lately_it_refused(upstream_at, resolving, names):
    """As in a rolling restart: the last copy that worked goes as soon as the first one is back."""
    names.addresses = [REFUSING, "127.0.0.4"]
    assert eventually(lambda: resolving.call().status == 503)
    assert resolving.call().status == 503
    with upstream_at(REFUSING):
        assert resolving.call("/order", method="POST", body=b"one").status == 200


def test_a_name_server_that_fails_is_asked_again_and_again(resolving, names):
    names.knows = False
    before = names.questions
    assert eventually(lambda: names.questions > before + 6)


def test_what_a_copy_may_have_got_is_not_sent_again(resolving):
    resolving.call("/broken", method="POST", body=b"{}", headers={"X-Request-Id": "hung-up-on"})
    line = logged(resolving, "hung-up-on")
    assert (line["status"], line["upstream"]) == (503, resolving.edge.s3_upstream)


def test_what_a_copy_is_too_slow_for_is_not_sent_again(resolving):
    resolving.call("/slow", method="POST", body=b"{}", headers={"X-Request-Id": "waited-for"})
    line = logged(resolving, "waited-for")
    assert (line["status"], line["upstream"]) == (504, resolving.edge.s3_upstream)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_any_copy_the_answer_is_a_problem_in_the_end(resolving, names, method):
    names.addresses = [REFUSING]
    assert eventually(lambda: resolving.call(method=method, body=b"{}").status != 200)
    answer = resolving.call(method=method, body=b"{}")
    assert answer.status == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json["status"] == 503
