"""Public answers of a service that its manifest says may be kept are kept at the edge."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

POSTS = "/v1/posts?tag=news"


@pytest.fixture
def posts(delivery) -> str:
    delivery.files.files[POSTS] = b"[]"
    return delivery.url(POSTS, host="shop")


def test_repeats_are_answered_at_the_edge(delivery, posts):
    delivery.files.headers["Cache-Control"] = "public, max-age=0"
    answers = [delivery.get(posts) for _ in range(3)]
    assert [answer.headers["x-edge-cache"] for answer in answers] == ["MISS", "HIT", "HIT"]
    assert answers[2].headers["cache-control"] == "public, max-age=0"
    assert delivery.files.fetches(POSTS) == [200]


def test_a_reader_that_has_the_newest_is_told_so_at_the_edge(delivery, posts):
    etag = delivery.get(posts).headers["etag"]
    assert delivery.get(posts, headers={"If-None-Match": etag}).status == 304
    assert delivery.files.fetches(POSTS) == [200]


def test_a_purge_shows_the_change_at_once_whatever_the_query(delivery, posts):
    delivery.get(posts)
    delivery.files.files[POSTS] = b"[1]"
    assert delivery.get(posts).body == b"[]"
    assert delivery.purge("/v1/posts", host="shop.localhost") == 204
    assert delivery.get(posts).body == b"[1]"


def test_a_change_that_is_told_twice_is_fetched_once(delivery, posts):
    told = uuid4().hex

    def fetched_after(**more) -> int:
        before = len(delivery.files.fetches(POSTS))
        assert delivery.purge("/v1/posts", host="shop.localhost", **more) == 204
        delivery.get(posts)
        return len(delivery.files.fetches(POSTS)) - before

    assert [fetched_after(change=told) for _ in range(3)] == [1, 0, 0]
    assert fetched_after(change=uuid4().hex) == 1
    assert [fetched_after() for _ in range(2)] == [1, 1]
    # Changes that come in between are not undone by one that is told again.
    assert fetched_after(change=told) == 0
    assert delivery.purge("/v1/posts", host="shop.localhost", change=7) == 400


def test_a_burst_on_a_cold_address_reaches_the_service_once(delivery, posts):
    delivery.files.seconds = 0.5
    with ThreadPoolExecutor(16) as pool:
        assert {one.status for one in pool.map(lambda _: delivery.get(posts), range(16))} == {200}
    assert delivery.files.fetches(POSTS) == [200]


@pytest.mark.parametrize("said", ["private", "no-store", "private, no-cache"])
def test_what_the_service_says_is_private_is_not_kept(delivery, posts, said):
    delivery.files.headers["Cache-Control"] = said
    for _ in range(2):
        delivery.get(posts)
    assert delivery.files.fetches(POSTS) == [200, 200]


def test_who_is_signed_in_is_answered_by_the_service(delivery, posts):
    delivery.get(posts)
    for _ in range(2):
        delivery.get(posts, headers={"Authorization": "Bearer x"})
    assert delivery.files.fetches(POSTS) == [200, 200, 200]


def test_writing_is_never_answered_at_the_edge(delivery, posts):
    delivery.get(posts)
    assert "x-edge-cache" not in delivery.get(posts, method="POST", body=b"{}").headers


def test_other_paths_are_not_kept(delivery):
    delivery.files.files["/v1/drafts"] = b"[]"
    for _ in range(2):
        assert "x-edge-cache" not in delivery.get(delivery.url("/v1/drafts", host="shop")).headers
    assert delivery.files.fetches("/v1/drafts") == [200, 200]
