"""What follows from changes of the table."""

from __future__ import annotations

from typing import Any

from services.blog.tests.factories import new_draft, published

from blog.domain.consequences import DropComments, ShowAnew
from blog.store import items
from blog.store.stream import consequences_of
from chassis.stores.streams import ItemChange


def change(old: Any, new: Any) -> ItemChange:
    kind: Any = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    return ItemChange("1", kind, items.key_of(new or old), old, new)


def test_what_readers_see_of_a_post_is_shown_anew(owner: str) -> None:
    draft, post = published(new_draft(owner, slug="größe"))
    item = items.item_of_post(post)
    counts = items.key(items.partition_of(post.slug), items.COUNTS)
    for one in (change(None, item), change(item, None), change(None, counts)):
        assert consequences_of(one) == [ShowAnew("größe")]
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
