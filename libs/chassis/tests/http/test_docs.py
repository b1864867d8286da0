from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient


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
    for text in (page.text, client.get("/docs/start.js").text):
        assert not re.search(r"https?:|//\w", text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(address).status_code == 200


def test_the_page_asks_nobody_else_to_check_the_document(client: FlaskClient) -> None:
    assert "validatorUrl: null" in client.get("/docs/start.js").text


def test_the_page_may_load_from_its_own_origin_only(client: FlaskClient) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "http" not in policy


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
