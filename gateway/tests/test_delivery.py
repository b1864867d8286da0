"""Copies are fetched once, kept, validated, forgotten when they are purged, and sent in parts as asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from gateway.tests.test_own_errors import is_problem
from gateway.tests.waiting import eventually

RELEASE = "/releases/app/1.0.0/app.zip"
CONTENT = bytes(range(256)) * 4000


@pytest.fixture
def release(delivery) -> str:
    delivery.put(RELEASE, CONTENT)
    return delivery.url(RELEASE)


def test_a_public_file_is_fetched_once_with_the_edges_own_signature(delivery, release):
    answers = [delivery.get(release) for _ in range(3)]
    assert [answer.headers["x-edge-cache"] for answer in answers] == ["MISS", "HIT", "HIT"]
    assert all(answer.body == CONTENT for answer in answers)
    assert delivery.files.fetches(f"/wares{RELEASE}") == [200]
    (_, _, headers, _) = delivery.files.requests[0]
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEDGE/")


def test_a_release_may_be_kept_for_ever(delivery, release):
    answer = delivery.get(release)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["content-security-policy"] == "sandbox"


def test_what_is_signed_is_kept_by_one_reader_only_and_has_one_copy_for_all_signatures(delivery):
    delivery.put("/private/a.jpg", b"picture")
    for name in ("rsa", "elliptic"):
        answer = delivery.get(delivery.signers[name].url(delivery.url("/private/a.jpg")))
        assert answer.headers["cache-control"] == "private, max-age=86400"
    assert delivery.files.fetches("/wares/private/a.jpg") == [200]


def test_nothing_of_a_readers_request_reaches_the_bucket(delivery, release):
    delivery.get(release, headers={"Cookie": "a=b", "Authorization": "Bearer x", "X-Amz-Security-Token": "t"})
    (_, _, headers, _) = delivery.files.requests[0]
    assert not {"cookie", "x-amz-security-token"} & {name.lower() for name in headers}
    assert "Bearer" not in headers["Authorization"]


def test_the_answer_to_head_has_no_body_and_is_kept_for_get(delivery, release):
    answer = delivery.get(release, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert delivery.get(release).headers["x-edge-cache"] == "HIT"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=1000-1999", 1000, 1999), ("bytes=-10", -10, -1), ("bytes=5-", 5, -1)],
)
@pytest.mark.parametrize("kept", [False, True])
def test_a_range_is_sent_whether_the_file_is_kept_or_not(delivery, release, asked, first, last, kept):
    if kept:
        delivery.get(release)
    answer = delivery.get(release, headers={"Range": asked})
    assert answer.status == 206
    assert answer.body == CONTENT[first : last + 1 or None]
    assert delivery.files.fetches(f"/wares{RELEASE}") == [200]


def test_a_range_beyond_the_end_is_refused(delivery, release):
    delivery.get(release)
    answer = delivery.get(release, headers={"Range": "bytes=99999999-"})
    assert (answer.status, answer.headers["content-type"]) == (416, "application/problem+json")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


def test_a_range_of_another_version_brings_the_whole_file(delivery, release):
    etag = delivery.get(release).headers["etag"]
    assert delivery.get(release, headers={"Range": "bytes=0-9", "If-Range": etag}).status == 206
    assert delivery.get(release, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).body == CONTENT


def test_a_reader_that_has_it_is_not_sent_it_again(delivery, release):
    etag = delivery.get(release).headers["etag"]
    assert delivery.get(release, headers={"If-None-Match": etag}).status == 304


def test_many_who_want_a_new_file_cause_one_fetch(delivery, release):
    delivery.files.seconds = 1.0
    with ThreadPoolExecutor(24) as pool:
        asked = [
            pool.submit(delivery.get, release, headers=part) for part in ({}, {"Range": "bytes=5-9"}) * 12
        ]
        answers = [one.result() for one in asked]
    assert [answer.status for answer in answers] == [200, 206] * 12
    assert delivery.files.fetches(f"/wares{RELEASE}") == [200]


def test_a_copy_that_is_old_is_validated_and_not_fetched_again(delivery):
    delivery.put("/fresh/news", b"news")
    url = delivery.url("/fresh/news")
    delivery.get(url)
    assert eventually(lambda: delivery.get(url).headers["x-edge-cache"] == "REVALIDATED")
    assert set(delivery.files.fetches("/wares/fresh/news")) == {200, 304}
    delivery.put("/fresh/news", b"other")
    assert eventually(lambda: delivery.get(url).body == b"other")


def test_what_is_gone_is_sent_until_it_is_purged(delivery, release):
    delivery.get(release)
    delivery.files.files.clear()
    assert delivery.get(release).status == 200
    assert delivery.purge(RELEASE) == 204
    is_problem(delivery.get(release), 404)


def test_a_purge_of_a_folder_reaches_what_is_below_it_and_nothing_else(delivery):
    paths = ["/releases/app/1/a", "/releases/app/2/b", "/releases/apple"]
    for path in paths:
        delivery.put(path, b"old")
        delivery.get(delivery.url(path))
        delivery.put(path, b"new")
    assert delivery.purge("/releases/app/*") == 204
    assert [delivery.get(delivery.url(path)).body for path in paths] == [b"new", b"new", b"old"]


@pytest.mark.parametrize("paths", [["private"], ["/a*b"], ["/a*"], [5], ["/a"] * 1001])
def test_a_purge_of_what_is_no_path_is_refused(delivery, paths):
    assert delivery.purge(*paths) == 400


def test_nobody_without_the_token_purges(delivery, release):
    delivery.get(release)
    for token in ("x", "the-edges-tokem", "the-edges-token1"):
        assert delivery.purge(RELEASE, token=token) == 401
    assert delivery.get(release).headers["x-edge-cache"] == "HIT"


def test_more_purges_than_can_be_remembered_purge_everything(delivery, release):
    delivery.get(release)
    for number in range(60):
        assert delivery.purge(*(f"/{number}/{one}/{'x' * 40}" for one in range(1000))) == 204
    assert delivery.get(release).headers["x-edge-cache"] == "MISS"


def test_names_of_every_kind_reach_the_bucket_as_they_are(delivery):
    for key in (
        "/releases/a b+c&d=e.txt",
        "/releases/\u00e9\u6f22.txt",
        "/releases//double",
        "/releases/100%",
    ):
        delivery.put(quote(key, safe="/~-._"), key.encode())
        assert delivery.get(delivery.url(quote(key))).body == key.encode()


@pytest.mark.parametrize("path", ["/", "/users/a", "/privat", "/private", "/thumbnails/a"])
def test_what_no_manifest_delivers_is_not_there(delivery, path):
    is_problem(delivery.get(delivery.url(path)), 404)
    assert delivery.files.requests == []


def test_what_the_bucket_has_not_is_a_problem_and_not_kept(delivery):
    url = delivery.url("/releases/none")
    is_problem(delivery.get(url), 404)
    delivery.put("/releases/none", b"now")
    assert delivery.get(url).body == b"now"


def test_only_reading_is_allowed(delivery, release):
    answer = delivery.get(release, method="DELETE")
    is_problem(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_page_of_the_app_may_play_what_its_cookies_open(delivery):
    app = f"https://app.localhost:{delivery.gateway.edge.port}"
    headers = {"Origin": app, "Access-Control-Request-Method": "GET"}
    assert delivery.get(delivery.url("/private/a"), method="OPTIONS", headers=headers).status == 204
    refused = delivery.get(delivery.url("/private/a"), headers={"Origin": app})
    assert refused.headers["access-control-allow-credentials"] == "true"


def test_what_was_purged_is_on_disk_for_the_next_start(delivery):
    state = delivery.gateway.edge.kept / "state" / "purges.json"
    delivery.purge("/releases/remembered")
    assert eventually(lambda: state.exists() and "/releases/remembered" in state.read_text())
