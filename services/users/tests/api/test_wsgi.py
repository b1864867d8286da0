"""What gunicorn serves."""

from __future__ import annotations

import importlib

import pytest
from pydantic import SecretStr
from services.users.tests.factories import settings


def test_the_app_is_made_from_the_environment_without_connecting_to_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in settings():
        if value is not None:
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            monkeypatch.setenv(name.upper(), text)
    client = importlib.import_module("users.wsgi").app.test_client()
    assert client.get("/livez").status_code == 200
    assert client.get("/version").json["service"] == "users"
    assert client.get("/readyz").status_code == 503
