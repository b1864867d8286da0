"""How a draft changes."""

from __future__ import annotations

from services.blog.tests.factories import new_draft

from chassis.testing import FakeClock


def test_a_change_gives_a_new_version_at_its_time(owner: str, clock: FakeClock) -> None:
    before = new_draft(owner)
    clock.advance(60)
    after = before.changed({"title": "Another"}, clock())
    assert (after.title, after.version, after.updated_at) == ("Another", 2, clock())
    assert (after.id, after.author, after.created_at) == (before.id, before.author, before.created_at)


def test_a_change_that_changes_nothing_leaves_all_as_it_is(owner: str, clock: FakeClock) -> None:
    before = new_draft(owner)
    clock.advance(60)
    assert before.changed({"title": before.title}, clock()) is before


def test_publishing_twice_is_publishing_once(owner: str, clock: FakeClock) -> None:
    once = new_draft(owner).published(clock())
    clock.advance(60)
    assert once.published(clock()) is once


def test_what_is_published_anew_keeps_its_date(owner: str, clock: FakeClock) -> None:
    once = new_draft(owner).published(clock())
    at = clock()
    clock.advance(60)
    again = once.changed({"title": "Better"}, clock()).published(clock())
    assert again.published_at == at
    assert again.published_version == again.version
