"""Comments and likes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from services.blog.tests.factories import Api, FakePages

from chassis.ids import new_id
from chassis.testing import FakeClock


@pytest.fixture
def reader_api(new_api: Callable[..., Api]) -> Api:
    """Somebody who is signed in and may not write the blog."""
    return new_api(str(new_id()), scopes=())


def comments(reader: FlaskClient, slug: str, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = reader.get(f"/v1/posts/{slug}/comments{query}").json["items"]
    return found


def test_a_comment_is_written_and_everybody_reads_it(api: Api, reader_api: Api, reader: FlaskClient) -> None:
    slug = api.posted()
    made = reader_api.call("POST", f"/v1/posts/{slug}/comments", {"text": " <b>Well</b> said. "})
    assert made.status_code == 201
    assert made.json["text"] == "<b>Well</b> said."
    assert made.json["author"]["name"] == "Anna"
    assert comments(reader, slug) == [made.json]
    assert api.read(slug)["comments"] == 1


def test_a_comment_may_answer_another_on_the_same_post(
    api: Api, reader_api: Api, reader: FlaskClient
) -> None:
    slug, other = api.posted("One"), api.posted("Another")
    first = reader_api.commented(slug)
    second = api.commented(slug, parent_id=first)
    assert [one["parent_id"] for one in comments(reader, slug)] == [None, first]
    for parent in (second, str(new_id())):
        refused = api.call("POST", f"/v1/posts/{other}/comments", {"text": "x", "parent_id": parent})
        assert refused.status_code == 422
        assert refused.json["errors"][0]["pointer"] == "/parent_id"


def test_pages_of_comments_are_oldest_first(api: Api, reader: FlaskClient) -> None:
    slug = api.posted()
    expected = [api.commented(slug) for _ in range(3)]
    first = reader.get(f"/v1/posts/{slug}/comments?limit=2").json
    rest = comments(reader, slug, f"?limit=2&cursor={first['next_cursor']}")
    assert [one["id"] for one in first["items"] + rest] == expected


def test_a_deleted_comment_leaves_its_place(api: Api, reader_api: Api, reader: FlaskClient) -> None:
    slug = api.posted()
    first = reader_api.commented(slug, "Secret")
    api.commented(slug, parent_id=first)
    assert reader_api.call("DELETE", f"/v1/comments/{first}").status_code == 204
    place = comments(reader, slug)[0]
    assert (place["deleted"], place["text"], place["author"]) == (True, None, None)
    assert api.read(slug)["comments"] == 1
    assert reader_api.call("DELETE", f"/v1/comments/{first}").status_code == 404


def test_only_its_author_and_who_writes_the_blog_delete_a_comment(
    api: Api, reader_api: Api, new_api: Callable[..., Api]
) -> None:
    slug = api.posted()
    first, second = (reader_api.commented(slug) for _ in range(2))
    assert new_api(str(new_id()), scopes=()).call("DELETE", f"/v1/comments/{first}").status_code == 403
    assert api.call("DELETE", f"/v1/comments/{first}").status_code == 204
    assert reader_api.call("DELETE", f"/v1/comments/{second}").status_code == 204


def test_an_account_writes_so_many_comments_an_hour(api: Api, reader_api: Api, clock: FakeClock) -> None:
    slug = api.posted()
    for _ in range(3):
        reader_api.commented(slug)
    refused = reader_api.call("POST", f"/v1/posts/{slug}/comments", {"text": "x"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 3600
    clock.advance(3600)
    reader_api.commented(slug)


def test_the_same_key_comments_once(api: Api) -> None:
    path = f"/v1/posts/{api.posted()}/comments"
    answers = [api.call("POST", path, {"text": "Once"}, idempotency_key="k") for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(api.call("GET", path).json["items"]) == 1


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": " \n "}, {"text": "x" * 5001}, {"text": "\u200b"}]
)
def test_an_empty_or_endless_comment_is_refused(api: Api, body: dict[str, str]) -> None:
    refused = api.call("POST", f"/v1/posts/{api.posted()}/comments", body)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/text"


def test_a_like_counts_once_however_often_it_is_sent(api: Api, reader_api: Api) -> None:
    slug = api.posted()
    for method, likes in (("PUT", 1), ("PUT", 1), ("DELETE", 0), ("DELETE", 0)):
        assert reader_api.call(method, f"/v1/posts/{slug}/like").status_code == 204
        assert api.read(slug)["likes"] == likes


def test_a_post_that_is_not_public_takes_neither(api: Api, reader: FlaskClient) -> None:
    slug = api.drafted()
    assert api.call("PUT", f"/v1/posts/{slug}/like").status_code == 404
    assert api.call("POST", f"/v1/posts/{slug}/comments", {"text": "x"}).status_code == 404
    assert reader.get(f"/v1/posts/{slug}/comments").status_code == 404


def test_the_edge_is_told_of_what_readers_leave(api: Api, pages: FakePages) -> None:
    slug = api.posted()
    pages.told.clear()
    api.call("PUT", f"/v1/posts/{slug}/like")
    comment = api.commented(slug)
    api.call("DELETE", f"/v1/comments/{comment}")
    assert pages.told == [slug] * 3


def test_leaving_something_needs_a_token(api: Api, reader: FlaskClient) -> None:
    slug = api.posted()
    assert reader.put(f"/v1/posts/{slug}/like").status_code == 401
    assert reader.post(f"/v1/posts/{slug}/comments", json={"text": "x"}).status_code == 401
    assert reader.delete(f"/v1/comments/{new_id()}").status_code == 401
