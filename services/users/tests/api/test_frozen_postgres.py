"""A Postgres that hangs: every call is answered within its bounds, and the service comes back by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy
from flask import Flask
from services.users.tests.factories import SECRET, FakeCredentials, Person, person, settings
from services.users.tests.postgres_process import PostgresProcess
from werkzeug.test import TestResponse

from chassis.stores.postgres import database
from chassis.stores.postgres.database import engine
from chassis.stores.postgres.migrations import migrate
from chassis.stores.postgres.timeouts import CONNECT_SECONDS
from slipway.testing.backing import Backing
from users.app import create_app
from users.commands.migrate import MIGRATIONS
from users.store.memory_exports import MemoryExportFiles
from users.wiring import database_on, stores_on

TIMEOUT = 1.0
HANG_GUARD = 15 * (TIMEOUT + CONNECT_SECONDS)
"""The server is frozen for so long, far more than any bound: whoever waits it out would wait for ever."""


@pytest.fixture(scope="module")
def server(backing: Backing, checkout: Path) -> Iterator[PostgresProcess]:
    started = PostgresProcess(checkout, backing.state / f"frozen-{uuid4().hex[:8]}")
    migrate(started.url, "users", MIGRATIONS)
    yield started
    started.end()


@pytest.fixture
def own_pool(server: PostgresProcess) -> Iterator[sqlalchemy.Engine]:
    made = engine(server.url, "users", 4, timeout=TIMEOUT)
    yield made
    server.thaw()
    made.dispose()


@pytest.fixture
def frozen_app(own_pool: sqlalchemy.Engine) -> Flask:
    parts = stores_on(database_on(own_pool), SECRET, FakeCredentials(), MemoryExportFiles())
    return create_app(settings(), parts=parts)


@pytest.fixture
def ada(frozen_app: Flask) -> Person:
    return person(frozen_app.test_client())


def ask_at_once(app: Flask, ada: Person, callers: int) -> list[TestResponse]:
    """Read the profile in many threads at once."""

    def ask(_number: int) -> TestResponse:
        return app.test_client().get("/v1/me", headers=ada.headers)

    with ThreadPoolExecutor(callers) as threads:
        return list(threads.map(ask, range(callers)))


def is_unavailable(response: TestResponse) -> bool:
    return (
        response.status_code == 503
        and response.content_type == "application/problem+json"
        and int(response.headers["Retry-After"]) > 0
    )


def test_whoever_asks_a_frozen_server_is_told_that_it_is_away(
    server: PostgresProcess, frozen_app: Flask, ada: Person
) -> None:
    server.freeze(HANG_GUARD)
    for _ in range(2):
        assert all(is_unavailable(answer) for answer in ask_at_once(frozen_app, ada, 8))
    signing_in = frozen_app.test_client().post(
        "/v1/sessions", json={"email": ada.email, "password": ada.password}
    )
    assert is_unavailable(signing_in)
    assert frozen_app.test_client().get("/readyz").status_code == 503


def test_the_service_works_again_when_the_server_does(
    server: PostgresProcess, frozen_app: Flask, ada: Person
) -> None:
    server.freeze(HANG_GUARD)
    ask_at_once(frozen_app, ada, 8)
    server.thaw()
    assert ada.get("/v1/me").status_code == 200
    assert [answer.status_code for answer in ask_at_once(frozen_app, ada, 8)] == [200] * 8


def test_what_needs_no_database_is_answered_meanwhile(
    server: PostgresProcess, frozen_app: Flask, ada: Person
) -> None:
    server.freeze(HANG_GUARD)
    with ThreadPoolExecutor(1) as waiting:
        held = waiting.submit(ada.get, "/v1/me")
        for path in ("/livez", "/.well-known/jwks.json", "/.well-known/openid-configuration"):
            assert frozen_app.test_client().get(path).status_code == 200
        assert is_unavailable(held.result())


def test_while_one_finds_out_the_others_are_told_at_once(
    server: PostgresProcess, frozen_app: Flask, own_pool: sqlalchemy.Engine, ada: Person
) -> None:
    server.freeze(HANG_GUARD)
    assert is_unavailable(ada.get("/v1/me"))
    finding_out = threading.Event()
    sqlalchemy.event.listen(own_pool, "do_connect", lambda *_arguments: finding_out.set())
    with ThreadPoolExecutor(1) as waiting:
        held = waiting.submit(ada.get, "/v1/me")
        finding_out.wait()
        told = 0
        while not held.done():
            told += is_unavailable(frozen_app.test_client().get("/v1/me", headers=ada.headers))
        assert is_unavailable(held.result())
    assert told > 10


def test_a_slow_statement_that_the_server_ends_itself_is_no_silence() -> None:
    assert database.ANSWER_TIMEOUT_SECONDS > database.STATEMENT_TIMEOUT_MS / 1000
