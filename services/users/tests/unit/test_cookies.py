"""The refresh cookie, and who may use it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Request
from services.users.tests.factories import NOW, settings
from werkzeug.test import EnvironBuilder

from users.errors import ForeignOrigin
from users.routes import cookies


def request(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(EnvironBuilder(method="POST", headers=named).get_environ())


def test_the_cookie_is_out_of_reach_for_scripts_other_sites_and_plain_http() -> None:
    header = cookies.set_header("token", NOW, NOW + timedelta(days=30))
    assert header.startswith("__Secure-slipway_refresh=token; ")
    parts = set(header.split("; ")[1:])
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/v1/sessions", "Max-Age=2592000"} <= parts
    assert not any(part.startswith("Domain") for part in parts)


def test_the_cookie_is_taken_away_by_the_same_name_and_path() -> None:
    header = cookies.clear_header()
    assert header.startswith("__Secure-slipway_refresh=; ")
    assert "Max-Age=0" in header
    assert "Path=/v1/sessions" in header


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://app.localhost:8443"},
        {"Origin": "https://localhost:8443"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://app.localhost:8443", "Sec_Fetch_Site": "cross-site"},
    ],
)
def test_our_own_pages_and_what_is_no_browser_may_use_it(headers: dict[str, str]) -> None:
    cookies.TrustedOrigins(settings().own_origins).check(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "https://s3.localhost:8443"},
        {"Origin": "https://users.localhost:8443"},
        {"Origin": "https://evil.app.localhost:8443"},
        {"Origin": "https://app.localhost:8443/"},
        {"Origin": "HTTPS://app.localhost:8443"},
        {"Origin": "https://app.localhost:8444"},
        {"Origin": "https://app.localhost"},
        {"Origin": "http://app.localhost:8443"},
        {"Origin": "https://evillocalhost:8443"},
        {"Origin": "null"},
        {"Origin": "https://app.localhost:port"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_another_sites_page_may_not(headers: dict[str, str]) -> None:
    with pytest.raises(ForeignOrigin):
        cookies.TrustedOrigins(settings().own_origins).check(request(**headers))


def test_the_standard_port_need_not_be_named() -> None:
    own = settings(public_port=443, public_domain="example.com").own_origins
    cookies.TrustedOrigins(own).check(request(Origin="https://app.example.com"))


def test_other_apps_may_be_named_in_place_of_ours() -> None:
    own = settings(app_origins="https://one.example https://two.example:8443").own_origins
    for origin in ("https://one.example", "https://two.example:8443"):
        cookies.TrustedOrigins(own).check(request(Origin=origin))
    with pytest.raises(ForeignOrigin):
        cookies.TrustedOrigins(own).check(request(Origin="https://app.localhost:8443"))
