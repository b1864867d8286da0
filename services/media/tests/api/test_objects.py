"""GET and DELETE /v1/objects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from services.media.tests.factories import World, a_picture, an_owner, query_of

from chassis.errors import Transient

NOBODYS = "01a1fc35-54d1-7608-b163-8325d72a338c"


def get(world: World, owner: str, path: str, **headers: str) -> Any:
    return world.client.get(path, headers=world.headers(owner) | headers)


def test_an_object_is_shown_with_all_its_fields(world: World, owner: str) -> None:
    shown = world.show(owner, world.upload(owner, a_picture((300, 200)), filename="Katze.jpg"))
    assert set(shown) == {
        "id", "filename", "content_type", "size", "sha256", "status", "reason",
        "width", "height", "url", "thumbnails", "created_at", "public",
    }  # fmt: skip
    assert shown["created_at"] == "2026-01-31T12:00:00.000Z"
    assert set(shown["thumbnails"][0]) == {"name", "width", "height", "content_type", "url", "fallback"}


def test_a_thumbnail_is_webp_and_has_the_same_as_jpeg_to_fall_back_on(world: World, owner: str) -> None:
    for thumbnail in world.show(owner, world.upload(owner, a_picture((300, 200))))["thumbnails"]:
        assert thumbnail["content_type"] == "image/webp"
        assert thumbnail["fallback"]["content_type"] == "image/jpeg"
        assert world.fetch(thumbnail["url"])[8:12] == b"WEBP"
        assert world.fetch(thumbnail["fallback"]["url"])[:2] == b"\xff\xd8"


def test_a_thumbnail_made_before_there_was_a_fallback_is_shown_without(world: World, owner: str) -> None:
    object_id = world.upload(owner, a_picture())
    (obj,) = world.records.owned(owner)
    early = tuple(replace(thumbnail, fallback=None) for thumbnail in obj.thumbnails)
    world.records.replace(obj, replace(obj, thumbnails=early))
    assert [each["fallback"] for each in world.show(owner, object_id)["thumbnails"]] == [None] * 3


def test_a_verified_picture_opens_in_a_browser(world: World, owner: str) -> None:
    query = query_of(world.show(owner, world.upload(owner, a_picture()))["url"])
    assert query["response-content-type"] == "image/jpeg"
    assert query["response-content-disposition"].startswith("inline;")


@pytest.mark.parametrize(
    ("content_type", "served"),
    [
        ("text/html", "application/octet-stream"),
        ("text/javascript", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/pdf", "application/pdf"),
    ],
)
def test_everything_else_is_saved_as_a_file_and_never_runs(
    world: World, owner: str, content_type: str, served: str
) -> None:
    body = b"<svg><script>alert(1)</script></svg>"
    query = query_of(
        world.show(owner, world.upload(owner, body, filename="x", content_type=content_type))["url"]
    )
    assert query["response-content-type"] == served
    assert query["response-content-disposition"].startswith("attachment;")


def test_a_rejected_file_is_saved_as_octets_or_its_inert_type(world: World, owner: str) -> None:
    query = query_of(world.show(owner, world.upload(owner, b"<html>"))["url"])
    assert query["response-content-disposition"].startswith("attachment;")


def test_what_is_not_looked_at_yet_has_no_address(world: World, owner: str) -> None:
    world.renderer.failures = 1
    shown = world.show(owner, world.upload(owner, a_picture()))
    assert (shown["status"], shown["url"]) == ("processing", None)


def test_an_unchanged_object_is_not_sent_again(world: World, owner: str) -> None:
    path = f"/v1/objects/{world.upload(owner, a_picture())}"
    etag = get(world, owner, path).headers["ETag"]
    answer = get(world, owner, path, **{"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_an_unchanged_object_is_sent_again_when_its_addresses_are_new(world: World, owner: str) -> None:
    path = f"/v1/objects/{world.upload(owner, a_picture())}"
    first = get(world, owner, path)
    world.clock.advance(300)
    second = get(world, owner, path, **{"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert second.json["url"] != first.json["url"]


def test_addresses_that_a_304_confirms_are_good_for_ten_minutes(world: World, owner: str) -> None:
    path = f"/v1/objects/{world.upload(owner, a_picture())}"
    first = get(world, owner, path)
    world.clock.advance(299)
    assert get(world, owner, path, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    query = query_of(first.json["url"])
    assert (query["X-Amz-Date"], int(query["X-Amz-Expires"])) == ("20260131T120000Z", 900)


def test_a_change_gives_another_etag(world: World, owner: str) -> None:
    begun = world.begin(owner, a_picture())
    path = f"/v1/objects/{begun['object_id']}"
    before = get(world, owner, path).headers["ETag"]
    world.work.intake.reconcile(world.post(begun, a_picture()))
    assert get(world, owner, path).headers["ETag"] != before


def test_an_unchanged_page_is_not_sent_again(world: World, owner: str) -> None:
    world.upload(owner, a_picture())
    etag = get(world, owner, "/v1/objects").headers["ETag"]
    assert get(world, owner, "/v1/objects", **{"If-None-Match": etag}).status_code == 304
    world.upload(owner, a_picture())
    assert get(world, owner, "/v1/objects", **{"If-None-Match": etag}).status_code == 200


def test_nothing_of_anothers_is_ever_cached_together(world: World, owner: str) -> None:
    answer = get(world, owner, "/v1/objects")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer.headers["Vary"]


def test_an_empty_list_is_a_page(world: World, owner: str) -> None:
    assert get(world, owner, "/v1/objects").json == {"items": [], "next_cursor": None}


def test_pages_lead_through_everything_while_objects_are_added(world: World, owner: str) -> None:
    made = [world.begin(owner, b"x")["object_id"] for _ in range(7)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = get(world, owner, f"/v1/objects?limit=3{cursor}").json
        seen += [shown["id"] for shown in page["items"]]
        world.begin(owner, b"y")
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == made[::-1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=e30", "unknown=1", "limit=1&limit=2"]
)
def test_a_wrong_query_is_refused(world: World, owner: str, query: str) -> None:
    assert get(world, owner, f"/v1/objects?{query}").status_code == 422


def test_anothers_objects_are_neither_shown_nor_listed(world: World, owner: str) -> None:
    object_id = world.upload(owner, a_picture())
    other = an_owner()
    assert get(world, other, f"/v1/objects/{object_id}").status_code == 404
    assert get(world, other, "/v1/objects").json["items"] == []


def test_anothers_cursor_shows_only_ones_own(world: World, owner: str) -> None:
    for _ in range(3):
        world.begin(owner, b"x")
    cursor = get(world, owner, "/v1/objects?limit=1").json["next_cursor"]
    assert get(world, an_owner(), f"/v1/objects?cursor={cursor}").json["items"] == []


@pytest.mark.parametrize("path", ["/v1/objects", f"/v1/objects/{NOBODYS}"])
def test_nobody_reads_without_a_token(world: World, path: str) -> None:
    assert world.client.get(path).status_code == 401


@pytest.mark.parametrize("object_id", [NOBODYS, "7", "x" * 500])
def test_what_is_not_there_is_not_found(world: World, owner: str, object_id: str) -> None:
    answer = get(world, owner, f"/v1/objects/{object_id}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_objects_cannot_be_changed(world: World, owner: str) -> None:
    answer = world.client.put(f"/v1/objects/{NOBODYS}", headers=world.headers(owner), json={})
    assert answer.status_code == 405


def test_a_store_that_is_away_is_said_so(world: World, owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> Any:
        raise Transient("away")

    monkeypatch.setattr(world.records, "page", away)
    monkeypatch.setattr(world.records, "probe", away)
    answer = get(world, owner, "/v1/objects")
    assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)


def test_readiness_is_the_tables_and_the_buckets(world: World) -> None:
    answer = world.client.get("/readyz")
    assert answer.status_code == 200
    assert set(answer.json["checks"]) == {"dynamodb", "s3"}
