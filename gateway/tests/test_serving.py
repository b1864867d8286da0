"""TLS, HTTP/2, the log, and changes while it runs."""

from __future__ import annotations

import json
import ssl
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from gateway.tests.waiting import eventually

from slipway.manifest import Stores


@pytest.mark.parametrize(
    "host", ["shop.localhost", "app.localhost", "s3.localhost", "cdn.localhost", "localhost"]
)
def test_the_certificate_names_every_host(gateway, host):
    with gateway.connect(host) as stream:
        assert stream.version() == "TLSv1.3"


def test_other_names_are_not_in_the_certificate(gateway):
    with pytest.raises(ssl.SSLCertVerificationError):
        gateway.connect("evil.localhost")


def test_http_2_is_offered(gateway):
    with gateway.connect(protocols=("h2", "http/1.1")) as stream:
        assert stream.selected_alpn_protocol() == "h2"


def test_the_log_has_no_query_because_it_may_hold_secrets(gateway):
    gateway.call("/logged?X-Amz-Signature=secret", headers={"X-Request-Id": "find-me-in-the-log"})
    assert eventually(lambda: "find-me-in-the-log" in Path(gateway.edge.log).read_text().rpartition("\n")[0])
    lines = Path(gateway.edge.log).read_text().splitlines()
    line = next(json.loads(one) for one in lines if "find-me-in-the-log" in one)
    assert line["path"] == "/logged"
    assert line["status"] == 200
    assert float(line["upstream_duration"]) >= 0
    assert "secret" not in json.dumps(line)


def test_a_reload_loses_no_request(gateway):
    statuses: list[int] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            statuses.append(gateway.call("/during-reload").status)

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    for _ in range(3):
        gateway.reload(gateway.edge)
        time.sleep(0.2)
    done.set()
    for thread in asking:
        thread.join()
    assert len(statuses) > 10
    assert set(statuses) == {200}


def test_a_reload_brings_new_routes(gateway):
    shop = gateway.edge.manifests["shop"]
    store = shop.model_copy(update={"name": "store", "subdomain": "app", "stores": Stores()})
    before = gateway.edge
    wider = replace(
        before,
        manifests={**before.manifests, "store": store},
        upstreams={**before.upstreams, "store": before.upstreams["shop"]},
    )
    gateway.reload(wider)
    try:
        assert eventually(lambda: gateway.call(host="app.localhost").status == 200)
    finally:
        gateway.reload(before)
        assert eventually(lambda: gateway.call(host="app.localhost").status == 404)
