"""What is logged says what happened, and nothing secret."""

from __future__ import annotations

import json
import logging
from io import StringIO

import pytest
from flask.testing import FlaskClient
from services.users.tests.factories import PASSWORD, person, sign_in

from chassis.telemetry import logs
from chassis.testing import FakeClock


@pytest.fixture
def logged() -> StringIO:
    """Everything that the service logs."""
    logs.configure("users")
    stream = StringIO()
    for handler in logging.root.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(stream)
    return stream


def test_neither_passwords_nor_tokens_nor_addresses_are_logged(
    client: FlaskClient, clock: FakeClock, logged: StringIO
) -> None:
    ada = person(client, "ada@example.com")
    sign_in(client, ada.email, "a wrong password")
    body = {"refresh_token": ada.tokens["refresh_token"]}
    renewed = client.post("/v1/sessions/refresh", json=body).json
    clock.advance(11)
    client.post("/v1/sessions/refresh", json=body)
    tokens = [pair[name] for pair in (ada.tokens, renewed) for name in ("access_token", "refresh_token")]
    assert "/v1/sessions/refresh" in logged.getvalue()
    for secret in (PASSWORD, "a wrong password", "ada@example.com", *tokens):
        assert secret not in logged.getvalue()


def test_a_stolen_token_is_noted_with_its_session(
    client: FlaskClient, clock: FakeClock, logged: StringIO
) -> None:
    ada = person(client)
    body = {"refresh_token": ada.tokens["refresh_token"]}
    client.post("/v1/sessions/refresh", json=body)
    clock.advance(11)
    client.post("/v1/sessions/refresh", json=body)
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    [warning] = [line for line in lines if line["level"] == "WARNING"]
    assert warning["session"] == ada.tokens["session_id"]
