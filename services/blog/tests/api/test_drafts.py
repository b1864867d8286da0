"""Drafts as their authors write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from services.blog.tests.factories import Api, FakeProfiles

from blog.config import WorkerSettings
from blog.wiring import Stores
from blog.worker import build
from chassis.ids import new_id
from chassis.testing import ISSUER, FakeClock

_PATH = "/v1/posts"


@pytest.fixture
def publish_due(parts: Stores, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    """What the worker does every few seconds."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    settings = WorkerSettings(
        auth_issuer=ISSUER,
        auth_jwks_url="http://127.0.0.1:9",
        blog_table="none",
        users_events_queue_url="none",
        users_events_dlq_url="none",
        users_events_visibility_timeout=30,
        media_events_queue_url="http://127.0.0.1:9",
        media_events_dlq_url="http://127.0.0.1:9",
        media_events_visibility_timeout=30,
        mail_events_queue_url="none",
        mail_events_dlq_url="none",
        mail_events_visibility_timeout=30,
        events_topic_arn="none",
        exports_bucket="none",
    )
    [publishing] = build(settings, parts=parts, clock=clock).periodic
    assert publishing.seconds <= 60
    return publishing.run


def test_what_is_written_can_be_read(api: Api) -> None:
    created = api.call("POST", _PATH, {"title": "Hello", "markdown": "*x*", "summary": "s", "slug": "mine"})
    assert created.status_code == 201
    assert created.headers["Location"] == "/v1/drafts/mine"
    read = api.call("GET", created.headers["Location"])
    assert read.json == created.json
    assert read.headers["ETag"] == created.headers["ETag"] == '"1"'
    assert read.headers["Cache-Control"] == "private, no-cache"
    assert (read.json["html"], read.json["published_at"]) == ("<p><em>x</em></p>\n", None)


def test_whoever_writes_the_blog_works_on_all_drafts(api: Api, new_api: Callable[[str], Api]) -> None:
    slug = api.drafted()
    other = new_api(str(new_id()))
    assert [one["slug"] for one in other.call("GET", "/v1/drafts").json["items"]] == [slug]
    assert other.call("PATCH", f"/v1/drafts/{slug}", {"title": "Better"}).status_code == 200


def test_drafts_are_listed_newest_first_published_or_not(api: Api) -> None:
    expected = [api.drafted("a"), api.posted("b"), api.drafted("c")][::-1]
    first = api.call("GET", "/v1/drafts?limit=2").json
    second = api.call("GET", f"/v1/drafts?limit=2&cursor={first['next_cursor']}").json
    assert [one["slug"] for one in first["items"] + second["items"]] == expected
    assert not {"html", "markdown"} & first["items"][0].keys()


def test_a_change_of_an_old_version_is_refused(api: Api) -> None:
    slug = api.drafted()
    path = f"/v1/drafts/{slug}"
    assert api.call("PATCH", path, {"title": "Another"}, if_match='"1"').headers["ETag"] == '"2"'
    assert api.call("PATCH", path, {"title": "A third"}, if_match='"1"').status_code == 412
    assert api.call("DELETE", path, if_match='"1"').status_code == 412
    assert api.call("PUT", f"{_PATH}/{slug}/published", if_match='"1"').status_code == 412
    assert api.call("GET", path).json["title"] == "Another"


def test_a_slug_that_is_taken_is_refused(api: Api) -> None:
    slug = api.drafted()
    for body in ({"title": "x", "markdown": "", "slug": slug}, {"title": "The first one", "markdown": ""}):
        refused = api.call("POST", _PATH, body)
        assert refused.status_code == 409
        assert slug in refused.json["detail"]


def test_a_title_without_letters_needs_a_slug(api: Api) -> None:
    refused = api.call("POST", _PATH, {"title": "🎉", "markdown": ""})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/slug"
    assert api.call("POST", _PATH, {"title": "🎉", "markdown": "", "slug": "party"}).status_code == 201


def test_a_deleted_draft_is_gone_and_its_slug_free(api: Api, reader: FlaskClient) -> None:
    slug = api.posted()
    assert api.call("DELETE", f"/v1/drafts/{slug}").status_code == 204
    assert api.call("GET", f"/v1/drafts/{slug}").status_code == 404
    assert reader.get(f"{_PATH}/{slug}").status_code == 404
    assert api.drafted() == slug


def test_the_same_key_writes_one(api: Api) -> None:
    body = {"title": "Once", "markdown": ""}
    answers = [api.call("POST", _PATH, body, idempotency_key="k") for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(api.call("GET", "/v1/drafts").json["items"]) == 1


def test_an_account_has_no_more_than_it_may(api: Api) -> None:
    for at in range(5):
        api.drafted(f"number {at}")
    refused = api.call("POST", _PATH, {"title": "One too many", "markdown": ""})
    assert refused.status_code == 409
    assert "at most 5" in refused.json["detail"]


def test_a_post_that_is_planned_becomes_public_by_itself(
    api: Api, reader: FlaskClient, clock: FakeClock, publish_due: Callable[[], object]
) -> None:
    slug = api.drafted(publish_at="2026-01-31T12:05:00Z")
    planned = api.publish(slug)
    assert (planned.json["published_at"], planned.json["publish_at"]) == (None, "2026-01-31T12:05:00.000Z")
    publish_due()
    assert reader.get(f"{_PATH}/{slug}").status_code == 404
    clock.advance(300)
    publish_due()
    assert api.read(slug)["published_at"] == "2026-01-31T12:05:00.000Z"
    assert api.call("GET", f"/v1/drafts/{slug}").json["publish_at"] is None


def test_a_plan_can_be_given_up(
    api: Api, reader: FlaskClient, clock: FakeClock, publish_due: Callable[[], object]
) -> None:
    slugs = [api.drafted(title, publish_at="2026-01-31T12:05:00Z") for title in ("a", "b")]
    api.call("DELETE", f"{_PATH}/{slugs[0]}/published")
    api.call("PATCH", f"/v1/drafts/{slugs[1]}", {"publish_at": None})
    clock.advance(300)
    publish_due()
    assert reader.get(_PATH).json["items"] == []


def test_a_time_that_has_passed_plans_nothing(
    api: Api, reader: FlaskClient, publish_due: Callable[[], object]
) -> None:
    slug = api.drafted(publish_at="2026-01-31T11:59:00Z")
    publish_due()
    assert reader.get(f"{_PATH}/{slug}").status_code == 404
    api.publish(slug)
    api.read(slug)


def test_without_the_authors_name_nothing_is_written(api: Api, profiles: FakeProfiles) -> None:
    profiles.away = True
    assert api.call("POST", _PATH, {"title": "x", "markdown": ""}).status_code == 503


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"markdown": ""}, "/title"),
        ({"title": "x"}, "/markdown"),
        ({"title": " ", "markdown": ""}, "/title"),
        ({"title": "x" * 201, "markdown": ""}, "/title"),
        ({"title": "two\nlines", "markdown": ""}, "/title"),
        ({"title": "x", "markdown": "x" * 100_001}, "/markdown"),
        ({"title": "x", "markdown": "\U0001f389" * 70_000}, "/markdown"),
        ({"title": "x", "markdown": "", "slug": "Not A Slug"}, "/slug"),
        ({"title": "x", "markdown": "", "slug": "../etc"}, "/slug"),
        ({"title": "x", "markdown": "", "tags": [""]}, "/tags/0"),
        ({"title": "x", "markdown": "", "tags": [str(at) for at in range(11)]}, "/tags"),
        ({"title": "x", "markdown": "", "publish_at": "tomorrow"}, "/publish_at"),
        ({"title": "x", "markdown": "", "colour": "red"}, "/colour"),
    ],
)
def test_wrong_input_is_named(api: Api, body: dict[str, Any], pointer: str) -> None:
    refused = api.call("POST", _PATH, body)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]


def test_the_largest_post_can_be_kept_and_published(api: Api) -> None:
    api.read(api.posted("Long", markdown="語" * 80_000))
