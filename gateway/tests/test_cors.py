"""Pages of the app may call the services; others may not."""

from __future__ import annotations


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
