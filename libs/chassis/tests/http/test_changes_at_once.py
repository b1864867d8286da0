"""One account's changes leave threads to the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask import Flask
from libs.chassis.tests.sample import INFO, NewNote

from chassis.http import app as chassis_app
from chassis.http.routing import Answer, Routes, route
from chassis.identity.auth import SIGNED_IN
from chassis.settings import ServiceSettings
from chassis.testing import Issuer


class SlowRoutes(Routes):
    """Changes, of which the first two take until they are let go."""

    tag = "slow"

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.slow = threading.Semaphore(2)

    @route("PUT", "/v1/slow", access=SIGNED_IN, status=204)
    def change(self) -> Answer:
        """Change something."""
        if self.slow.acquire(blocking=False):
            self.begun.release()
            self.go.wait(240)
        return Answer(status=204)

    @route("PATCH", "/v1/slow", access=SIGNED_IN, body=NewNote, status=204)
    def change_text(self, body: NewNote) -> Answer:
        """Change what is written."""
        assert body.title
        return Answer(status=204)

    @route("GET", "/v1/slow", access=SIGNED_IN, status=204)
    def read(self) -> Answer:
        """Read something."""
        return Answer(status=204)


@pytest.fixture
def slow() -> SlowRoutes:
    return SlowRoutes()


@pytest.fixture
def app(issuer: Issuer, settings: ServiceSettings, slow: SlowRoutes) -> Flask:
    few = settings.model_copy(update={"max_changes_at_once": 2})
    return chassis_app.build(INFO, few, routes=[slow], checks=[], verifier=issuer.verifier())


@contextmanager
def two_at_work(app: Flask, slow: SlowRoutes, headers: dict[str, str]) -> Iterator[list[int]]:
    """Have two changes at work during the block; their statuses are given, filled in at its end."""
    statuses: list[int] = []
    with ThreadPoolExecutor(2) as threads:
        calls = [threads.submit(lambda: app.test_client().put("/v1/slow", headers=headers)) for _ in range(2)]
        try:
            assert all(slow.begun.acquire(timeout=120) for _ in calls)
            yield statuses
        finally:
            slow.go.set()
        statuses += [call.result().status_code for call in calls]


def test_an_account_with_as_many_changes_at_work_is_refused_at_once_and_told_when_to_come(
    app: Flask, slow: SlowRoutes, ann: dict[str, str]
) -> None:
    with two_at_work(app, slow, ann) as statuses:
        refused = app.test_client().put("/v1/slow", headers=ann)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        assert refused.mimetype == "application/problem+json"
    assert statuses == [204, 204]
    assert app.test_client().put("/v1/slow", headers=ann).status_code == 204


def test_others_and_its_own_reads_go_on(
    app: Flask, slow: SlowRoutes, ann: dict[str, str], issuer: Issuer
) -> None:
    with two_at_work(app, slow, ann):
        assert app.test_client().put("/v1/slow", headers=issuer.headers("bob")).status_code == 204
        assert app.test_client().get("/v1/slow", headers=ann).status_code == 204


def test_a_change_beyond_that_is_refused_before_its_body_is_read(
    app: Flask, slow: SlowRoutes, ann: dict[str, str]
) -> None:
    with two_at_work(app, slow, ann):
        refused = app.test_client().patch("/v1/slow", headers=ann, data="no JSON")
        assert refused.status_code == 429
    assert app.test_client().patch("/v1/slow", headers=ann, data="no JSON").status_code == 415
