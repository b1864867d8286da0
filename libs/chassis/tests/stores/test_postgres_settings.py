"""Where a service is told to find its database."""

from __future__ import annotations

import pytest

from chassis.settings import load_settings
from chassis.stores.postgres.settings import PostgresSettings

_URL = "postgresql://notes:p%40ss@proxy.eu-west-1.test:5432/notes?sslmode=verify-full"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_ISSUER", "https://users.example.test")
    monkeypatch.setenv("AUTH_JWKS_URL", "http://127.0.0.1:1/jwks")
    monkeypatch.setenv("DATABASE_URL", _URL)


def test_the_database_is_where_its_address_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_HOST", raising=False)
    assert load_settings(PostgresSettings).database_address() == _URL


def test_a_login_that_was_copied_is_used_at_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_HOST", "proxy.eu-central-1.test")
    wanted = _URL.replace("eu-west-1", "eu-central-1")
    assert load_settings(PostgresSettings).database_address() == wanted
