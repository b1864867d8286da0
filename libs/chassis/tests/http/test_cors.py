"""Where a service has other origins to let in, it answers browsers itself."""

from __future__ import annotations

import pytest
from flask import Flask
from libs.chassis.tests.sample import INFO
from pydantic import ValidationError
from werkzeug.test import TestResponse

from chassis.http import app as chassis_app
from chassis.http import cors
from chassis.settings import ServiceSettings
from chassis.testing import Issuer

VITE = "http://localhost:5173"
APP = "https://app.localhost:8443"


@pytest.fixture
def app(settings: ServiceSettings, issuer: Issuer) -> Flask:
    told = {"browser_origins": f"{VITE} capacitor://localhost", "public_port": 8443}
    return chassis_app.build(
        INFO, settings.model_copy(update=told), routes=[], checks=[], verifier=issuer.verifier()
    )


def preflight(app: Flask, origin: str) -> TestResponse:
    headers = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
    return app.test_client().options("/v1/anything", headers=headers)


@pytest.mark.parametrize("origin", [VITE, "capacitor://localhost", APP])
def test_an_allowed_page_asks_calls_and_reads_errors(app: Flask, origin: str) -> None:
    asked = preflight(app, origin)
    assert (asked.status_code, asked.headers["Access-Control-Allow-Methods"]) == (204, cors.METHODS)
    for path, status in (("/livez", 200), ("/nothing", 404)):
        answer = app.test_client().get(path, headers={"Origin": origin})
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert answer.headers["Access-Control-Expose-Headers"] == cors.EXPOSED
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{VITE}.evil.example", "*", ""])
def test_another_page_is_told_nothing(app: Flask, origin: str) -> None:
    for answer in (preflight(app, origin), app.test_client().get("/livez", headers={"Origin": origin})):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
        assert "Origin" in answer.headers["Vary"]


def test_where_an_edge_knows_the_only_origin_the_service_says_nothing(
    settings: ServiceSettings, issuer: Issuer
) -> None:
    plain = chassis_app.build(INFO, settings, routes=[], checks=[], verifier=issuer.verifier())
    answer = plain.test_client().get("/livez", headers={"Origin": APP})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize("wrong", ["*", "null", "localhost:5173", "http://a/", "http://A", "http://a:80"])
def test_what_no_browser_sends_as_origin_is_refused(settings: ServiceSettings, wrong: str) -> None:
    with pytest.raises(ValidationError, match="no origin"):
        ServiceSettings.model_validate({**settings.model_dump(), "browser_origins": f"{VITE} {wrong}"})
