"""Releases of software: published through the API, downloaded from the edge."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from tests.system.expect import answer

BODY = b"MZ" + os.urandom(300_000)


@pytest.fixture
def product():
    return f"viewer-{uuid4().hex[:12]}"


@pytest.fixture
def releaser(anna, operator):
    """Anna, who may release; her client carries a token that says so."""
    assert operator("grant", anna.email, "releases:write").returncode == 0
    body = {"refresh_token": anna.session["refresh_token"]}
    anna.session = answer(anna.client.as_(None).post("users", "/v1/sessions/refresh", body))
    return anna.client.as_(anna.session["access_token"])


def draft(client, product, version, content=BODY, **changes):
    """Announce a release and send its file; return what storage answered."""
    wanted = {
        "product": product,
        "version": version,
        "platform": "linux",
        "filename": "viewer.tar.gz",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    upload = answer(client.post("media", "/v1/releases", wanted | changes), 201)["upload"]
    return client.submit(upload["url"], upload["fields"], content)


def publish(client, product, version):
    return client.call("PUT", "media", f"/v1/releases/{product}/{version}/published")


def release(client, product, version):
    sent = draft(client, product, version)
    assert sent.status_code in {200, 201, 204}, sent.text
    return publish(client, product, version)


def latest(client, product, **query):
    return client.as_(None).get(
        "media", f"/v1/releases/{product}/latest", params={"platform": "linux"} | query
    )


def test_a_release_is_downloaded_from_the_edge_by_anybody(releaser, product):
    answer(release(releaser, product, "1.0.0"))
    told = answer(latest(releaser, product))
    assert told["url"].endswith(f"/releases/{product}/1.0.0/viewer.tar.gz")
    download = releaser.as_(None).fetch(told["url"])
    assert download.content == BODY
    assert download.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert download.headers["Content-Disposition"].startswith('attachment; filename="viewer.tar.gz"')
    assert releaser.as_(None).fetch(told["url"]).headers["X-Edge-Cache"] == "HIT"


def test_a_crowd_that_wants_a_new_release_costs_one_fetch_and_the_service_nothing(releaser, product):
    answer(release(releaser, product, "1.0.0"))
    url = answer(latest(releaser, product))["url"]
    reader = releaser.as_(None)
    with ThreadPoolExecutor(32) as pool:
        parts = [{"Range": f"bytes={number}-"} if number % 10 == 0 else {} for number in range(300)]
        got = list(pool.map(lambda headers: reader.again().fetch(url, headers=headers), parts))
    for number, (download, headers) in enumerate(zip(got, parts, strict=True)):
        assert download.content == (BODY[number:] if headers else BODY)
    assert Counter(download.headers["X-Edge-Cache"] for download in got) == {"MISS": 1, "HIT": 299}


def test_two_hundred_devices_ask_the_service_a_hundred_times_at_most(releaser, product):
    answer(release(releaser, product, "1.0.0"))
    devices = [latest(releaser, product, device=f"device-{number}") for number in range(200)]
    told = Counter(one.headers["X-Edge-Cache"] for one in devices)
    assert 0 < told["MISS"] <= 100
    assert {answer(one)["version"] for one in devices} == {"1.0.0"}


def test_the_newest_version_is_the_latest_and_who_has_it_is_told_nothing(releaser, product):
    answer(release(releaser, product, "1.9.0"))
    answer(release(releaser, product, "1.10.0"))
    listed = answer(releaser.as_(None).get("media", f"/v1/releases/{product}"))["items"]
    assert [one["version"] for one in listed] == ["1.10.0", "1.9.0"]
    assert answer(latest(releaser, product, current="1.9.0"))["version"] == "1.10.0"
    assert latest(releaser, product, current="1.10.0").status_code == 204


def test_a_release_that_is_not_what_was_announced_is_not_published(releaser, product):
    draft(releaser, product, "1.0.0", sha256="0" * 64)  # storage that compares digests refuses it itself
    assert publish(releaser, product, "1.0.0").status_code == 409
    assert latest(releaser, product).status_code == 404


def test_who_may_not_release_is_refused(anna, product):
    refused = anna.client.post(
        "media",
        "/v1/releases",
        {
            "product": product,
            "version": "1.0.0",
            "platform": "linux",
            "filename": "a",
            "size": 1,
            "sha256": "0" * 64,
        },
    )
    assert refused.status_code == 403
