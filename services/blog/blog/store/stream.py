"""What the table's stream tells: one pure function from a change to what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blog.domain.consequences import Consequence, DropComments, ShowAnew
from blog.store import items
from chassis.stores.streams import ItemChange


def consequences_of(change: ItemChange) -> list[Consequence]:
    """Return what follows from a change. It may come twice, and is the same each time."""
    partition, sort = change.keys["pk"]["S"], change.keys["sk"]["S"]
    if not partition.startswith(items.PARTITION) or _same(change.old, change.new):
        return []
    if sort.startswith(items.PUBLIC):
        return [ShowAnew(partition.removeprefix(items.PARTITION))]
    if sort == items.DRAFT and change.kind == "REMOVE" and change.old is not None:
        return [DropComments(items.read_draft(change.old).id)]
    return []


def _same(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Say whether nothing has changed: some streams tell of that, too."""
    return old is not None and old == new
