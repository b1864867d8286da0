"""Posts as everybody reads them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from services.blog.tests.factories import Api, FakePages

from chassis.testing import FakeClock

_PATH = "/v1/posts"


def slugs(reader: FlaskClient, query: str = "") -> list[str]:
    return [one["slug"] for one in reader.get(f"{_PATH}{query}").json["items"]]


def test_a_draft_is_nobody_elses_until_it_is_published(api: Api, reader: FlaskClient) -> None:
    slug = api.drafted("Hello, World!")
    assert slug == "hello-world"
    assert reader.get(f"{_PATH}/{slug}").status_code == 404
    assert slugs(reader) == []
    api.publish(slug)
    post = reader.get(f"{_PATH}/{slug}")
    assert post.status_code == 200
    assert post.json["html"] == "<p>Hello <em>world</em>.</p>\n"
    assert slugs(reader) == [slug]


def test_a_post_has_what_the_contract_says(api: Api, owner: str) -> None:
    post = api.read(api.posted("Hello", tags=["News", "news", "A"]))
    assert post == {
        "slug": "hello",
        "title": "Hello",
        "summary": "Hello world.",
        "html": "<p>Hello <em>world</em>.</p>\n",
        "markdown": "Hello *world*.",
        "tags": ["news", "a"],
        "author": {"id": owner, "name": "Anna"},
        "cover": None,
        "likes": 0,
        "comments": 0,
        "published_at": "2026-01-31T12:00:00.000Z",
        "updated_at": "2026-01-31T12:00:00.000Z",
        "version": 2,
    }


def test_a_page_leaves_out_the_text(api: Api, reader: FlaskClient) -> None:
    api.posted()
    [listed] = reader.get(_PATH).json["items"]
    assert not {"html", "markdown"} & listed.keys()
    assert listed.items() <= api.read(listed["slug"]).items()


def test_a_list_has_pages_newest_first(api: Api, reader: FlaskClient, clock: FakeClock) -> None:
    expected = []
    for at in range(3):
        clock.advance(1)
        expected.insert(0, api.posted(f"number {at}"))
    first = reader.get(f"{_PATH}?limit=2").json
    second = reader.get(f"{_PATH}?limit=2&cursor={first['next_cursor']}").json
    assert [one["slug"] for one in first["items"] + second["items"]] == expected
    assert second["next_cursor"] is None


def test_posts_are_found_by_tag_and_author(
    api: Api, reader: FlaskClient, owner: str, clock: FakeClock
) -> None:
    tagged = api.posted("Tagged", tags=["Größe"])
    clock.advance(1)
    plain = api.posted("Plain")
    assert slugs(reader, f"?tag={quote('GRÖSSE')}") == [tagged]
    assert slugs(reader, f"?author={owner}") == [plain, tagged]
    assert slugs(reader, f"?author={owner}&tag={quote('größe')}") == [tagged]
    assert slugs(reader, "?author=nobody") == []


def test_a_cursor_belongs_to_its_list(api: Api, reader: FlaskClient) -> None:
    for at in range(2):
        api.posted(f"number {at}", tags=["t"])
    cursor = reader.get(f"{_PATH}?limit=1").json["next_cursor"]
    assert reader.get(f"{_PATH}?limit=1&tag=t&cursor={cursor}").status_code == 422
    assert reader.get(f"{_PATH}?cursor=eyJwIjoxfQ").status_code == 422


def test_a_title_of_any_script_has_an_address(api: Api, reader: FlaskClient) -> None:
    made = api.call("POST", _PATH, {"title": "Über Größe 日本", "markdown": "x"})
    assert made.headers["Location"] == "/v1/drafts/%C3%BCber-gr%C3%B6sse-%E6%97%A5%E6%9C%AC"
    assert api.call("GET", made.headers["Location"]).json == made.json
    api.publish(made.json["slug"])
    assert reader.get(f"{_PATH}/{quote(made.json['slug'])}").json["slug"] == "über-grösse-日本"


def test_readers_ask_each_time_and_are_told_what_is_unchanged(api: Api, reader: FlaskClient) -> None:
    for path in (f"{_PATH}/{api.posted()}", _PATH):
        answer = reader.get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        etag = answer.headers["ETag"]
        assert not etag.startswith("W/")
        again = reader.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")


def test_what_is_changed_shows_once_it_is_published_anew(api: Api, clock: FakeClock) -> None:
    slug = api.posted()
    before = api.read(slug)
    clock.advance(60)
    assert api.call("PATCH", f"/v1/drafts/{slug}", {"title": "Better"}).status_code == 200
    assert api.read(slug) == before
    api.publish(slug)
    after = api.read(slug)
    assert (after["title"], after["published_at"]) == ("Better", before["published_at"])
    assert after["updated_at"] > before["updated_at"]
    assert after["version"] > before["version"]


def test_what_is_taken_back_is_404_and_can_be_published_again(api: Api, reader: FlaskClient) -> None:
    slug = api.posted()
    assert api.call("DELETE", f"{_PATH}/{slug}/published").status_code == 204
    assert reader.get(f"{_PATH}/{slug}").status_code == 404
    assert slugs(reader) == []
    assert api.call("DELETE", f"{_PATH}/{slug}/published").status_code == 404
    api.publish(slug)
    assert slugs(reader) == [slug]


def test_the_etag_of_a_post_is_a_condition_for_changing_it(api: Api, reader: FlaskClient) -> None:
    slug = api.posted()
    etag = reader.get(f"{_PATH}/{slug}").headers["ETag"]
    assert api.call("PATCH", f"/v1/drafts/{slug}", {"title": "Better"}, if_match=etag).status_code == 200
    assert api.call("PUT", f"{_PATH}/{slug}/published", if_match=etag).status_code == 412
    assert api.call("DELETE", f"{_PATH}/{slug}/published", if_match=etag).status_code == 412


def test_the_edge_is_told_of_each_change_that_readers_see(api: Api, pages: FakePages) -> None:
    slug = api.drafted()
    api.call("PATCH", f"/v1/drafts/{slug}", {"title": "Better"})
    assert pages.told == []
    api.publish(slug)
    api.publish(slug)  # changes nothing
    assert pages.told == [slug]
    api.call("DELETE", f"{_PATH}/{slug}/published")
    api.publish(slug)
    api.call("DELETE", f"/v1/drafts/{slug}")
    assert pages.told == [slug] * 4
    assert len(set(pages.changes)) == 4


def test_an_edge_that_cannot_be_told_fails_nothing(api: Api, pages: FakePages) -> None:
    pages.away = True
    api.read(api.posted())


@pytest.mark.parametrize(
    "path", [f"{_PATH}/no-such-post", f"{_PATH}/Hello-World", f"{_PATH}/%00", f"{_PATH}/{'x' * 300}"]
)
def test_other_addresses_are_not_found(reader: FlaskClient, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_reading_needs_no_token_and_writing_a_scope(
    api: Api, new_api: Any, reader: FlaskClient, owner: str
) -> None:
    slug = api.posted()
    plain = new_api(owner, scopes=())
    calls = [
        ("POST", _PATH, {"title": "x", "markdown": ""}),
        ("PUT", f"{_PATH}/{slug}/published", None),
        ("DELETE", f"{_PATH}/{slug}/published", None),
        ("GET", "/v1/drafts", None),
        ("GET", f"/v1/drafts/{slug}", None),
        ("PATCH", f"/v1/drafts/{slug}", {"title": "x"}),
        ("DELETE", f"/v1/drafts/{slug}", None),
    ]
    assert {plain.call(*call).status_code for call in calls} == {403}
    assert {reader.open(path, method=method).status_code for method, path, _ in calls} == {401}
    assert reader.get(_PATH).status_code == 200
