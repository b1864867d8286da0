"""What the gateway adds, replaces and hides."""

from __future__ import annotations

import re

import pytest

PROPER = re.compile(r"^[A-Za-z0-9._-]{8,128}$")


def test_a_sane_request_id_is_kept_and_returned(gateway):
    answer = gateway.call(headers={"X-Request-Id": "order-12345.a_B"})
    assert answer.headers["x-request-id"] == "order-12345.a_B"
    assert answer.json["headers"]["x-request-id"] == "order-12345.a_B"


@pytest.mark.parametrize("given", ["short", "a" * 129, "has space in it", 'quote"quote"', None])
def test_any_other_request_id_is_replaced(gateway, given):
    answer = gateway.call(headers={"X-Request-Id": given} if given else {})
    made = answer.headers["x-request-id"]
    assert made != given
    assert PROPER.match(made)
    assert answer.json["headers"]["x-request-id"] == made


def test_the_trace_context_is_passed_on(gateway):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert gateway.call(headers={"traceparent": trace}).json["headers"]["traceparent"] == trace


def test_what_a_client_claims_about_its_address_is_discarded(gateway):
    lies = {
        "X-Forwarded-For": "10.9.8.7",
        "X-Real-IP": "10.9.8.7",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=10.9.8.7",
    }
    seen = gateway.call(headers=lies).json["headers"]
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-real-ip"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["x-forwarded-host"] == f"shop.localhost:{gateway.edge.port}"
    assert not {"forwarded", "x-forwarded-prefix"} & seen.keys()


def test_the_host_reaches_the_service_as_the_client_sent_it(gateway):
    assert gateway.call().json["headers"]["host"] == f"shop.localhost:{gateway.edge.port}"


def test_every_answer_carries_security_headers(gateway):
    for answer in (gateway.call(), gateway.call("/metrics"), gateway.call(host="nobody.localhost")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_service_may_say_what_its_documentation_page_needs(gateway):
    assert gateway.call("/docs").headers["content-security-policy"] == "default-src 'self'"


def test_strict_transport_security_is_not_promised_for_a_local_name(gateway):
    assert "strict-transport-security" not in gateway.call().headers


def test_a_strong_etag_stays_strong(gateway):
    assert gateway.call(headers={"Accept-Encoding": "gzip"}).headers["etag"] == '"strong"'


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/%6detrics", "//metrics", "/x/../metrics"])
def test_metrics_are_not_public(gateway, path):
    assert gateway.call(path).status == 404


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/docs", "/openapi.json", "/.well-known/jwks.json"])
def test_everything_else_is_routed(gateway, path):
    assert gateway.call(path).json["path"] == path


def test_the_address_reaches_the_service_as_it_is(gateway):
    assert gateway.call("/a%2Fb//c?x=1&y=%20").json["path"] == "/a%2Fb//c?x=1&y=%20"
