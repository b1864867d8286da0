"""How posts lie in the table; earlier forms of them are read in test_old_documents."""

from __future__ import annotations

import json
from typing import Any

from services.blog.tests.factories import new_draft, published

from blog.store import items


def kept(document: str) -> dict[str, Any]:
    return {"document": {"S": document}}


def test_an_item_is_read_as_it_was_written(owner: str) -> None:
    draft, post = published(new_draft(owner, tags=("a", "b"), summary="s"))
    assert items.read_draft(items.item_of_draft(draft)) == draft
    assert items.read_post(items.item_of_post(post)) == post


def test_an_item_of_a_later_version_is_read_without_what_is_new(owner: str) -> None:
    item = items.item_of_draft(new_draft(owner))
    newer = {**json.loads(item["document"]["S"]), "colour": "red"}
    assert items.read_draft(kept(json.dumps(newer))) == items.read_draft(item)
