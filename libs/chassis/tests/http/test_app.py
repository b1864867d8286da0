from __future__ import annotations

import logging
from datetime import datetime

import pytest
from flask import Flask, Response, jsonify, request
from libs.chassis.tests.sample import INFO

from chassis.http import app as chassis_app
from chassis.settings import ServiceSettings
from chassis.testing import Issuer


def build(settings: ServiceSettings, issuer: Issuer, **changes: object) -> Flask:
    app = chassis_app.build(
        INFO, settings.model_copy(update=changes), routes=[], checks=[], verifier=issuer.verifier()
    )

    @app.get("/who")
    def who() -> Response:
        return jsonify(address=request.remote_addr, scheme=request.scheme, host=request.host)

    return app


def who(app: Flask, forwarded_for: str, **headers: str) -> dict[str, str]:
    sent = {
        "X-Forwarded-For": forwarded_for,
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    found = app.test_client().get("/who", headers=sent).json
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "127.0.0.1"), (1, "198.51.100.1"), (2, "203.0.113.9"), (5, "127.0.0.1")]
)
def test_only_what_our_own_proxies_wrote_is_believed_of_the_callers_address(
    settings: ServiceSettings, issuer: Issuer, proxies: int, address: str
) -> None:
    app = build(settings, issuer, trusted_proxies=proxies)
    assert who(app, "6.6.6.6, 203.0.113.9, 198.51.100.1")["address"] == address


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("notes.origin.example.com", "203.0.113.9"),
        ("NOTES.ORIGIN.EXAMPLE.COM:443", "203.0.113.9"),
        ("notes.example.com", "198.51.100.1"),
        ("notes.origin.example.com.evil.test", "198.51.100.1"),
    ],
)
def test_what_came_through_our_edge_has_passed_one_proxy_more(
    settings: ServiceSettings, issuer: Issuer, host: str, address: str
) -> None:
    app = build(settings, issuer, trusted_proxies=1, edge_domain="origin.example.com")
    assert who(app, "6.6.6.6, 203.0.113.9, 198.51.100.1", Host=host)["address"] == address


@pytest.mark.parametrize("proxies", [1, 2])
def test_the_scheme_is_the_last_proxys_and_the_host_is_never_anothers(
    settings: ServiceSettings, issuer: Issuer, proxies: int
) -> None:
    app = build(settings, issuer, trusted_proxies=proxies)
    found = who(app, "6.6.6.6", X_Forwarded_Proto="https", X_Forwarded_Host="evil.example.test")
    assert found["scheme"] == "https"
    assert "evil" not in found["host"]


def test_version_says_what_runs_and_since_when(settings: ServiceSettings, issuer: Issuer) -> None:
    document = build(settings, issuer).test_client().get("/version").json
    assert document is not None
    assert datetime.fromisoformat(document.pop("started_at")).utcoffset() is not None
    assert document == {"service": "notes", "version": "1.2.3", "commit": "abc"}


def test_a_request_id_that_fits_comes_back(settings: ServiceSettings, issuer: Issuer) -> None:
    response = build(settings, issuer).test_client().get("/version", headers={"X-Request-Id": "request-1"})
    assert response.headers["X-Request-Id"] == "request-1"


@pytest.mark.parametrize("sent", [None, "short", "x" * 200, "<script>alert(1)</script>"])
def test_another_request_id_is_replaced(settings: ServiceSettings, issuer: Issuer, sent: str | None) -> None:
    headers = {"X-Request-Id": sent} if sent else {}
    made = build(settings, issuer).test_client().get("/nowhere", headers=headers).headers["X-Request-Id"]
    assert made != sent
    assert len(made) == 36


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [record.__dict__ for record in caplog.records if record.message == "request"]


def test_each_request_is_one_line_without_its_parameters(
    settings: ServiceSettings, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    client = build(settings, issuer).test_client()
    with caplog.at_level(logging.INFO):
        client.get("/version?code=hunter2", headers={"Authorization": "Bearer hunter3"})
    [line] = logged(caplog)
    assert (line["method"], line["route"], line["path"], line["status"]) == (
        "GET",
        "/version",
        "/version",
        200,
    )
    assert float(str(line["duration_ms"])) >= 0
    assert "hunter" not in str(line)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_what_machines_ask_every_second_is_not_logged(
    settings: ServiceSettings, issuer: Issuer, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    client = build(settings, issuer).test_client()
    with caplog.at_level(logging.INFO):
        assert client.get(path).status_code == 200
    assert logged(caplog) == []


def test_a_path_that_is_very_long_is_cut_in_the_log(
    settings: ServiceSettings, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        build(settings, issuer).test_client().get("/" + "x" * 5000)
    assert len(str(logged(caplog)[0]["path"])) <= 500


def test_without_a_verifier_the_issuers_published_keys_are_asked(settings: ServiceSettings) -> None:
    verifier = chassis_app.default_verifier(settings)
    app = chassis_app.build(INFO, settings, routes=[], checks=[])
    assert app.test_client().get("/version").status_code == 200
    assert verifier is not chassis_app.default_verifier(settings)
