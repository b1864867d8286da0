"""The picture that a post is shown with: chosen with the author's token, and gone with the object."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from services.blog.tests.factories import Api, FakeCovers, FakePages, settings

from blog.domain.cover_events import CoverEvents
from blog.errors import NotAnObject
from blog.store.memory import MemoryPostStore
from blog.wiring import Stores, posts_of
from chassis.errors import Problem
from chassis.ids import new_id
from chassis.messages.events import new_event
from chassis.testing import FakeClock


@pytest.fixture
def picture() -> str:
    return str(new_id())


@pytest.fixture
def events(parts: Stores, clock: FakeClock) -> CoverEvents:
    return CoverEvents(posts_of(settings(), parts, clock))


def gone(picture: str, version: int = 5) -> str:
    """Return what media tells of an object that is deleted."""
    data = {"account_id": "x", "id": picture, "version": version}
    return new_event("media.object.deleted.v1", "media", picture, data).model_dump_json()


def test_a_post_shows_its_cover_wherever_it_is_listed(api: Api, picture: str) -> None:
    slug = api.posted(cover_object_id=picture, cover_alt=" A cat asleep ")
    cover = api.read(slug)["cover"]
    assert (cover["width"], cover["height"], cover["alt"]) == (1024, 683, "A cat asleep")
    assert cover["url"].endswith("/1024.jpeg")
    assert {(one["width"], one["content_type"]) for one in cover["pictures"]} == {
        (width, kind) for width in (1024, 256) for kind in ("image/jpeg", "image/webp")
    }
    [listed] = api.call("GET", "/v1/posts").json["items"]
    draft = api.call("GET", f"/v1/drafts/{slug}").json
    assert listed["cover"] == draft["cover"] == cover
    assert draft["cover_object_id"] == picture


def test_a_post_without_a_cover_has_none(api: Api) -> None:
    assert api.read(api.posted())["cover"] is None


def test_a_cover_is_changed_described_and_taken_off_by_itself(api: Api, picture: str) -> None:
    slug = api.drafted(cover_object_id=picture)
    path, other = f"/v1/drafts/{slug}", str(new_id())
    described = api.call("PATCH", path, {"cover_alt": "A cat"}).json
    assert (described["cover_object_id"], described["cover"]["alt"]) == (picture, "A cat")
    assert api.call("PATCH", path, {"cover_object_id": other}).json["cover_object_id"] == other
    assert api.call("PATCH", path, {"title": "Another"}).json["cover_object_id"] == other
    assert api.call("PATCH", path, {"cover_object_id": None}).json["cover"] is None


def test_what_media_does_not_have_of_the_caller_is_said_of_the_field(
    api: Api, picture: str, covers: FakeCovers
) -> None:
    covers.unknown.add(UUID(picture))
    body = {"title": "T", "markdown": "", "cover_object_id": picture}
    answer = api.call("POST", "/v1/posts", body)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == ["/cover_object_id"]
    assert api.call("GET", "/v1/drafts").json["items"] == []


def test_without_media_posts_are_written_and_covers_wait(api: Api, picture: str, covers: FakeCovers) -> None:
    covers.away = True
    slug = api.posted()
    answer = api.call("PATCH", f"/v1/drafts/{slug}", {"cover_object_id": picture})
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert api.read(slug)["cover"] is None


def test_a_cover_goes_with_its_object_and_the_edge_is_told(
    api: Api, picture: str, events: CoverEvents, pages: FakePages
) -> None:
    slug, other = api.posted(cover_object_id=picture), api.posted("Another", cover_object_id=str(new_id()))
    before = api.read(slug)
    pages.told.clear()
    for _ in range(2):
        events.handle(gone(picture))
    after = api.read(slug)
    assert (after["cover"], after["title"], pages.told) == (None, before["title"], [slug])
    assert after["version"] > before["version"]
    assert api.call("GET", f"/v1/drafts/{slug}").json["cover"] is None
    assert api.read(other)["cover"] is not None


def test_what_is_not_published_yet_stays_so_when_a_cover_goes(
    api: Api, picture: str, events: CoverEvents
) -> None:
    slug = api.posted(cover_object_id=picture)
    api.call("PATCH", f"/v1/drafts/{slug}", {"title": "Not yet", "cover_object_id": str(new_id())})
    events.handle(gone(picture))
    shown, draft = api.read(slug), api.call("GET", f"/v1/drafts/{slug}").json
    assert (shown["title"], shown["cover"]) == ("The first one", None)
    assert (draft["title"], draft["cover"] is None) == ("Not yet", False)
    api.publish(slug)
    assert api.read(slug)["title"] == "Not yet"


def test_an_event_from_before_the_choice_changes_nothing(api: Api, picture: str, events: CoverEvents) -> None:
    slug = api.posted(cover_object_id=picture)
    events.handle(gone(picture, version=4))
    assert api.read(slug)["cover"] is not None


def test_an_object_that_ends_while_it_is_chosen_becomes_no_cover(
    api: Api, picture: str, events: CoverEvents
) -> None:
    slug = api.drafted()
    events.handle(gone(picture))
    body = {"title": "T", "markdown": "", "cover_object_id": picture}
    assert api.call("POST", "/v1/posts", body).status_code == 409
    assert api.call("PATCH", f"/v1/drafts/{slug}", {"cover_object_id": picture}).status_code == 412


def test_a_change_side_by_side_does_not_bring_a_cover_back(
    api: Api, picture: str, events: CoverEvents, parts: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = api.posted(cover_object_id=picture)
    assert isinstance(parts.posts, MemoryPostStore)
    publish, meanwhile = parts.posts.publish, [{"title": "Meanwhile"}]

    def raced(*arguments: Any) -> None:
        if meanwhile:
            api.call("PATCH", f"/v1/drafts/{slug}", meanwhile.pop())
        publish(*arguments)

    monkeypatch.setattr(parts.posts, "publish", raced)
    events.handle(gone(picture))
    draft = api.call("GET", f"/v1/drafts/{slug}").json
    assert (draft["title"], draft["cover"], api.read(slug)["cover"]) == ("Meanwhile", None, None)


def test_the_covers_of_an_erased_account_trouble_nobody(
    api: Api, picture: str, events: CoverEvents, parts: Stores, owner: str
) -> None:
    api.posted(cover_object_id=picture)
    parts.posts.mark_erased(owner)
    events.handle(gone(picture))


@pytest.mark.parametrize("data", [{}, {"id": "x", "version": 1}, {"id": str(new_id())}])
def test_what_is_no_event_of_an_object_becomes_a_dead_letter(
    events: CoverEvents, data: dict[str, object]
) -> None:
    with pytest.raises(NotAnObject):
        events.handle(new_event("media.object.deleted.v1", "media", "x", data).model_dump_json())
    with pytest.raises(Problem):
        events.handle("no event")
