from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from libs.chassis.tests.redis_process import RedisProcess
from libs.chassis.tests.sample import INFO, NoteRoutes, Notes

from chassis.http import app as chassis_app
from chassis.idempotency.memory import MemoryIdempotency
from chassis.settings import ServiceSettings
from chassis.testing import ISSUER, FakeClock, Issuer
from chassis.testing.idempotency import LIMITS


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[RedisProcess]:
    process = RedisProcess(tmp_path)
    process.start()
    yield process
    process.kill()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def ann(issuer: Issuer) -> dict[str, str]:
    """The headers of a signed-in caller."""
    return issuer.headers("ann")


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def settings() -> ServiceSettings:
    return ServiceSettings(
        auth_issuer=ISSUER,
        auth_jwks_url="http://127.0.0.1:9/jwks",
        max_body_bytes=20_000,
        version="1.2.3",
        commit="abc",
    )


@pytest.fixture
def app(issuer: Issuer, notes: Notes, settings: ServiceSettings, clock: FakeClock) -> Flask:
    return chassis_app.build(
        INFO,
        settings,
        routes=[NoteRoutes(notes)],
        checks=[],
        idempotency=MemoryIdempotency(clock.timestamp, LIMITS),
        verifier=issuer.verifier(),
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
