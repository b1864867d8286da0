"""How posts lie in the table, and that every earlier form of them can still be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from services.blog.tests.factories import new_draft, published

from blog.domain.post import Author
from blog.store import items

# As they were written by the first version. What is added later gets a default; these are never changed.
_FIRST_DRAFT = """{"id": "01a1fbf7-312a-762e-b593-a12690369b44", "slug": "grüße",
 "author": {"id": "01a1fbf7-0000-762e-b593-a12690369b44", "name": "Anna"}, "title": "Grüße",
 "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-02-01T12:00:00Z", "markdown": "Hello",
 "summary": "Hi", "tags": ["a"], "publish_at": null, "published_at": "2026-01-31T13:00:00Z",
 "published_version": 3, "version": 4}"""
_FIRST_POST = """{"id": "01a1fbf7-312a-762e-b593-a12690369b44", "slug": "grüße",
 "author": {"id": "01a1fbf7-0000-762e-b593-a12690369b44", "name": "Anna"}, "title": "Grüße",
 "summary": "Hi", "published_at": "2026-01-31T13:00:00Z", "updated_at": "2026-02-01T12:00:00Z",
 "tags": ["a"], "markdown": "Hello", "version": 3}"""


def kept(document: str) -> dict[str, Any]:
    return {"document": {"S": document}}


def test_a_draft_of_the_first_version_is_read() -> None:
    draft = items.read_draft(kept(_FIRST_DRAFT))
    assert (draft.slug, draft.author.name, draft.version, draft.published_version) == ("grüße", "Anna", 4, 3)
    assert draft.tags == ("a",)


def test_a_post_of_the_first_version_is_read() -> None:
    post = items.read_post(kept(_FIRST_POST))
    assert (post.title, post.version) == ("Grüße", 3)
    assert post.author == Author("01a1fbf7-0000-762e-b593-a12690369b44", "Anna")


def test_an_item_is_read_as_it_was_written(owner: str) -> None:
    draft, post = published(new_draft(owner, tags=("a", "b"), summary="s"))
    assert items.read_draft(items.item_of_draft(draft)) == draft
    assert items.read_post(items.item_of_post(post)) == post


@pytest.mark.parametrize(
    "optional", ["markdown", "summary", "tags", "publish_at", "published_at", "published_version"]
)
def test_a_draft_is_read_without_what_has_a_default(owner: str, optional: str) -> None:
    item = items.item_of_draft(new_draft(owner))
    document = json.loads(item["document"]["S"])
    del document[optional]
    assert items.read_draft(kept(json.dumps(document)))


def test_an_item_of_a_later_version_is_read_without_what_is_new(owner: str) -> None:
    item = items.item_of_draft(new_draft(owner))
    newer = {**json.loads(item["document"]["S"]), "colour": "red"}
    assert items.read_draft(kept(json.dumps(newer))) == items.read_draft(item)
