"""Pages of the app may call the services, and those of origins that a setting names; others may not."""

from __future__ import annotations

import pytest

from chassis.http import cors

OTHERS = pytest.mark.parametrize("other", ["http://localhost:5173", "capacitor://localhost"])


def app(gateway):
    return f"https://app.localhost:{gateway.edge.port}"


def preflight(gateway, origin):
    headers = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
    return gateway.call("/v1/things", method="OPTIONS", headers=headers)


def test_a_preflight_from_the_app_is_answered_at_the_edge(gateway):
    answer = preflight(gateway, app(gateway))
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == app(gateway)
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "Idempotency-Key" in answer.headers["access-control-allow-headers"]


def test_a_preflight_from_elsewhere_is_refused(gateway):
    answer = preflight(gateway, "https://evil.example")
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


def test_the_app_may_read_answers_and_their_headers(gateway):
    answer = gateway.call(headers={"Origin": app(gateway)})
    assert answer.headers["access-control-allow-origin"] == app(gateway)
    exposed = answer.headers["access-control-expose-headers"]
    assert {"ETag", "Location", "X-Request-Id", "Retry-After"} <= set(exposed.split(", "))
    assert "Origin" in answer.headers["vary"]


def test_the_app_may_read_errors_of_the_gateway_too(gateway):
    answer = gateway.call("/metrics", headers={"Origin": app(gateway)})
    assert answer.headers["access-control-allow-origin"] == app(gateway)


def test_the_apex_may_call_but_without_cookies(gateway):
    answer = gateway.call(headers={"Origin": f"https://localhost:{gateway.edge.port}"})
    assert answer.headers["access-control-allow-origin"] == f"https://localhost:{gateway.edge.port}"
    assert "access-control-allow-credentials" not in answer.headers


def test_a_services_documentation_may_call_the_others_but_without_cookies(gateway):
    docs = f"https://closed.localhost:{gateway.edge.port}"
    answer = gateway.call(headers={"Origin": docs})
    assert answer.headers["access-control-allow-origin"] == docs
    assert "access-control-allow-credentials" not in answer.headers


def test_other_origins_get_no_permission(gateway):
    for origin in ("https://evil.example", "null", app(gateway) + ".evil.example", "http://app.localhost"):
        answer = gateway.call(headers={"Origin": origin})
        assert answer.status == 200
        assert "access-control-allow-origin" not in answer.headers


def test_options_without_a_preflight_reach_the_service(gateway):
    assert gateway.call(method="OPTIONS").json["method"] == "OPTIONS"


@OTHERS
def test_pages_of_another_allowed_origin_ask_call_and_read_errors_with_cookies(gateway, other):
    asked = preflight(gateway, other)
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, cors.METHODS)
    assert asked.headers["access-control-allow-headers"] == cors.HEADERS
    for path, host in (("/", "shop"), ("/metrics", "shop"), ("/", "closed"), ("/", "cdn"), ("/", "unknown")):
        answer = gateway.call(path, host=f"{host}.localhost", headers={"Origin": other})
        assert answer.headers["access-control-allow-origin"] == other
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert answer.headers["access-control-expose-headers"] == cors.EXPOSED
        assert "Origin" in answer.headers["vary"]


@OTHERS
def test_errors_of_the_gateway_in_front_of_storage_can_be_read_too(gateway, other):
    for path in ("/no-bucket-of-ours", "/wares/%2e%2e/x"):
        answer = gateway.call(path, host="s3.localhost", headers={"Origin": other})
        assert answer.status in (400, 404)
        assert answer.headers["access-control-allow-origin"] == other
        assert "access-control-allow-origin" not in gateway.call(path, host="s3.localhost").headers


@pytest.mark.parametrize(
    "other", ["http://localhost:5174", "https://localhost:5173", "capacitor://evil", "*"]
)
def test_no_more_than_the_named_origins_may(gateway, other):
    assert preflight(gateway, other).status == 403
    assert "access-control-allow-origin" not in gateway.call(headers={"Origin": other}).headers
