from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from libs.chassis.tests.sample import INFO

from chassis.http import app as chassis_app
from chassis.settings import ServiceSettings
from chassis.testing import ISSUER


def test_the_document_is_cached_for_a_minute_and_validated(client: FlaskClient) -> None:
    first = client.get("/openapi.json")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Cache-Control"):
        assert again.headers[name] == first.headers[name]


def test_the_page_needs_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert ISSUER in page.text  # where people sign in; nothing is loaded from there
    for text in (page.text.replace(ISSUER, ""), client.get("/docs/assets/start.js").text):
        assert not re.search(r"https?:|//\w", text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(address).status_code == 200


def test_the_page_asks_nobody_else_to_check_the_document(client: FlaskClient) -> None:
    assert "validatorUrl: null" in client.get("/docs/assets/start.js").text


def test_the_page_may_load_from_its_own_origin_only_and_ask_the_issuer(client: FlaskClient) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert f"connect-src 'self' {ISSUER};" in policy
    assert "http" not in policy.replace(ISSUER, "")


def test_nobody_signs_in_on_the_page_at_an_issuer_of_another_kind(settings: ServiceSettings) -> None:
    foreign = settings.model_copy(update={"auth_token_profile": "cognito"})
    client = chassis_app.build(INFO, foreign, routes=[], checks=[]).test_client()
    page = client.get("/docs")
    assert 'data-issuer=""' in page.text
    assert "connect-src 'self';" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "swagger-initializer.js",
        "../__init__.py",
        "..%2f__init__.py",
        "oauth2-redirect.html",
        "",
    ],
)
def test_nothing_else_of_the_bundle_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/docs/assets/{name}").status_code == 404


def test_assets_may_be_kept_for_a_day(client: FlaskClient) -> None:
    response = client.get("/docs/assets/swagger-ui.css")
    assert "max-age=86400" in response.headers["Cache-Control"]
    assert response.headers["Content-Type"].startswith("text/css")
