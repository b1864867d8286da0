from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from chassis.testing import Issuer


def value(client: FlaskClient, name: str, **labels: str) -> float:
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = [
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return sum(found)


def test_requests_are_counted_by_route_method_and_status(client: FlaskClient, issuer: Issuer) -> None:
    labels = {"route": "/v1/notes/<uuid:note_id>", "method": "GET", "status": "404"}
    before = value(client, "http_requests_total", **labels)
    for number in range(3):
        client.get(f"/v1/notes/00000000-0000-0000-0000-00000000000{number}", headers=issuer.headers())
    assert value(client, "http_requests_total", **labels) == before + 3


def test_their_durations_are_too(client: FlaskClient) -> None:
    labels = {"route": "/v1/motd", "method": "GET"}
    before = value(client, "http_request_duration_seconds_count", **labels)
    client.get("/v1/motd")
    assert value(client, "http_request_duration_seconds_count", **labels) == before + 1


def test_a_bug_is_counted_as_500(client: FlaskClient) -> None:
    labels = {"route": "/v1/broken/<word>", "status": "500"}
    before = value(client, "http_requests_total", **labels)
    client.get("/v1/broken/bug")
    assert value(client, "http_requests_total", **labels) == before + 1


@pytest.mark.parametrize(("method", "path"), [("GET", "/{}"), ("{}", "/v1/motd")])
def test_nobody_can_make_new_series_by_asking_for_odd_things(
    client: FlaskClient, method: str, path: str
) -> None:
    for known in ("/warm-up", "/v1/motd", "/metrics"):
        client.get(known)
        client.open(known, method="WARMUP")
    before = client.get("/metrics").text.count("\n")
    for number in range(20):
        odd = "ODD" + "X" * number
        client.open(path.format(odd), method=method.format(odd))
    assert client.get("/metrics").text.count("\n") == before


def test_the_page_is_what_prometheus_reads(client: FlaskClient) -> None:
    assert client.get("/metrics").content_type.startswith("text/plain; version=")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "[::1]:8000", "10.0.3.7", "localhost:8000", "users:8000"])
def test_who_asks_by_an_address_or_a_short_name_gets_it(client: FlaskClient, host: str) -> None:
    assert client.get("/metrics", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.",
        "[evil.example]",
        "[.",
        "a.b:x",
    ],
)
def test_a_page_whose_domain_leads_here_does_not(client: FlaskClient, host: str) -> None:
    answer = client.get("/metrics", headers={"Host": host, "X-Forwarded-Host": "127.0.0.1"})
    assert answer.status_code == 404
    assert "http_requests_total" not in answer.text


def test_without_other_processes_the_page_is_of_this_one_and_with_them_of_all(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "http_requests_total" in client.get("/metrics").text
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert "http_requests_total" not in client.get("/metrics").text  # none of them has counted anything
