"""The same edge in front of a server that must not change: a few lines in one file."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from gateway.tests.conftest import free_port, running_gateway
from gateway.tests.waiting import eventually

from slipway.gateway import EdgeOrigins, load_origins
from slipway.gateway.origins import FILE, OriginsError


def test_another_servers_files_are_fetched_once(delivery):
    delivery.files.files["/files/update.bin"] = b"update"
    url = delivery.url("/files/update.bin", host="updates")
    assert [delivery.get(url).headers["x-edge-cache"] for _ in range(2)] == ["MISS", "HIT"]
    assert delivery.get(url, headers={"Range": "bytes=0-1"}).body == b"up"
    assert delivery.files.fetches("/files/update.bin") == [200]


def test_pythons_own_file_server_is_spared_by_a_few_lines(tmp_path):
    site, log, port = tmp_path / "site", tmp_path / "requests.log", free_port()
    site.mkdir()
    (site / "update.bin").write_bytes(bytes(range(256)) * 8192)
    command = [sys.executable, "-u", "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with log.open("wb") as stream:
        server = subprocess.Popen(command, cwd=site, stderr=stream, stdout=stream)
    origin = {
        "subdomain": "old",
        "url": f"http://127.0.0.1:{port}",
        "routes": [{"path": "/", "seconds": 600}],
    }
    origins = EdgeOrigins.model_validate({"origins": [origin]})
    try:
        with running_gateway(tmp_path, {}, "127.0.0.1:9", "127.0.0.1:9", origins_file=origins) as gateway:
            assert eventually(lambda: gateway.call("/update.bin", host="old.localhost").status == 200)
            ranges = [{}, {"Range": "bytes=1-2"}] * 8
            with ThreadPoolExecutor(16) as pool:
                asked = [
                    pool.submit(gateway.call, "/update.bin", host="old.localhost", headers=part)
                    for part in ranges
                ]
                assert [one.result().status for one in asked] == [200, 206] * 8
    finally:
        server.terminate()
        server.wait(30)
    assert log.read_text().count("GET /update.bin") == 1


def test_addresses_with_a_query_are_kept_each_by_itself(delivery):
    delivery.files.files.update({"/files/latest?os=linux": b"linux", "/files/latest?os=mac": b"mac"})
    for system in ("linux", "mac", "linux"):
        url = delivery.url(f"/files/latest?os={system}", host="updates")
        assert delivery.get(url).body == system.encode()
    assert delivery.files.fetches("/files/latest?os=linux") == [200]


def test_where_no_time_is_given_the_origins_own_counts(delivery):
    delivery.files.files["/page"] = b"page"
    url = delivery.url("/page", host="updates")
    for _ in range(2):
        delivery.get(url)
    assert delivery.files.fetches("/page") == [200, 200]
    delivery.files.headers["Cache-Control"] = "max-age=60"
    for _ in range(2):
        delivery.get(url)
    assert delivery.files.fetches("/page") == [200, 200, 200]


def test_a_file_of_a_few_lines_is_read(tmp_path):
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text("origins:\n  - {subdomain: updates, url: 'http://127.0.0.1:9000'}\n")
    (origin,) = load_origins(tmp_path).origins
    assert (origin.address, origin.routes[0].path) == ("127.0.0.1:9000", "/")
    assert load_origins(tmp_path / "elsewhere").origins == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("origins: [{subdomain: cdn, url: 'http://a'}]", "cdn"),
        ("origins: [{subdomain: a, url: 'http://a'}, {subdomain: a, url: 'http://b'}]", "subdomain a"),
        ("origins: [{subdomain: a, url: 'http://a;evil'}]", "origins.0.url"),
        ("origins: [{subdomain: a, url: 'http://a', routes: [{path: '/a; evil'}]}]", "routes.0.path"),
        ("origin: []", "origin"),
        ("origins: [", "YAML"),
    ],
)
def test_a_wrong_file_says_where(tmp_path, text, named):
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text(text)
    with pytest.raises(OriginsError, match=named):
        load_origins(tmp_path)


def test_the_origin_is_told_our_own_address_whatever_port_a_client_names(delivery):
    """Otherwise one client could have another port's links kept for everybody."""
    delivery.files.files["/files/links"] = b"links"
    ours = f"updates.localhost:{delivery.gateway.edge.port}"
    for named in ("updates.localhost:6666", "UPDATES.localhost", ours):
        with delivery.gateway.connect("updates.localhost") as connection:
            connection.sendall(
                f"GET /files/links HTTP/1.1\r\nHost: {named}\r\nConnection: close\r\n\r\n".encode()
            )
            assert b"".join(iter(lambda: connection.recv(65536), b"")).endswith(b"links")
    told = [
        headers["X-Forwarded-Host"]
        for _, path, headers, _ in delivery.files.requests
        if path == "/files/links"
    ]
    assert told == [ours]
