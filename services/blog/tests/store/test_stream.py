"""What follows from changes of the table."""

from __future__ import annotations

from typing import Any

from services.blog.tests.factories import new_draft, new_subscriber, published

from blog.domain.consequences import Announce, DropComments, ShowAnew, Welcome
from blog.store import items, subscriber_items
from blog.store.stream import consequences_of, mails_of
from chassis.stores.streams import ItemChange


def change(old: Any, new: Any) -> ItemChange:
    kind: Any = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    return ItemChange("1", kind, items.key_of(new or old), old, new)


def test_what_readers_see_of_a_post_is_shown_anew(owner: str) -> None:
    draft, post = published(new_draft(owner, slug="größe"))
    item = items.item_of_post(post)
    counts = {**items.key(items.partition_of(post.slug), items.COUNTS), "post_id": {"S": str(post.id)}}
    named = {**counts, "changed_by": {"S": "c"}}
    assert consequences_of(change(None, counts)) == [ShowAnew("größe", None)]
    assert consequences_of(change(counts, named)) == [ShowAnew("größe", "c")]
    assert consequences_of(change(named, None)) == [ShowAnew("größe", str(post.id))]
    # Its counts change with it, and tell of it.
    assert consequences_of(change(None, item)) == consequences_of(change(item, None)) == []
    assert consequences_of(change(None, items.item_of_draft(draft))) == []


def test_a_put_that_changes_nothing_has_no_consequences(owner: str) -> None:
    item = items.item_of_post(published(new_draft(owner))[1])
    assert consequences_of(change(item, dict(item))) == []


def test_with_a_post_its_comments_go(owner: str) -> None:
    draft = new_draft(owner)
    assert consequences_of(change(items.item_of_draft(draft), None)) == [DropComments(draft.id)]


def test_other_items_have_no_consequences(owner: str) -> None:
    for entry in items.entries_of_draft(new_draft(owner)):
        assert consequences_of(change(None, entry)) == []


def test_a_new_subscriber_is_welcomed_and_one_who_confirms_is_not() -> None:
    new = new_subscriber()
    item = subscriber_items.item_of(new)
    confirmed = subscriber_items.item_of(new.confirmed(new.asked_at))
    assert mails_of(change(None, item)) == [Welcome(new.key, new.id)]
    assert mails_of(change(item, confirmed)) == mails_of(change(confirmed, None)) == []


def test_who_subscribes_in_the_place_of_a_subscription_that_is_over_is_welcomed() -> None:
    old = new_subscriber()
    new = new_subscriber(email=old.email)
    before, after = subscriber_items.item_of(old), subscriber_items.item_of(new)
    assert mails_of(change(before, after)) == [Welcome(new.key, new.id)]


def test_a_post_is_announced_when_it_becomes_public_and_not_when_it_changes(owner: str) -> None:
    _, post = published(new_draft(owner, slug="größe"))
    item = items.item_of_post(post)
    assert mails_of(change(None, item)) == [Announce("größe", post.id, post.version)]
    assert mails_of(change(item, {**item, "x": {"S": "y"}})) == mails_of(change(item, None)) == []


def test_each_page_of_an_announcement_makes_the_next_one_due(owner: str) -> None:
    _, post = published(new_draft(owner, slug="größe"))
    due = [Announce(post.slug, post.id, post.version, after) for after in ("a", "b")]
    first, second = (
        {**subscriber_items.announcement_key(one), "slug": {"S": one.slug}, "after": {"S": str(one.after)}}
        for one in due
    )
    assert mails_of(change(None, first)) == due[:1]
    assert mails_of(change(first, second)) == due[1:]
    assert mails_of(change(second, None)) == mails_of(change(second, second)) == []
