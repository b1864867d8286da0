"""What the table's stream tells: pure functions from a change to what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blog.domain.consequences import (
    Announce,
    Consequence,
    DropComments,
    DueMail,
    ShowAnew,
    Welcome,
)
from blog.store import items, subscriber_items
from chassis.stores.streams import ItemChange


def consequences_of(change: ItemChange) -> list[Consequence]:
    """Return what follows from a change. It may come twice, and is the same each time."""
    partition, sort = change.keys["pk"]["S"], change.keys["sk"]["S"]
    if not partition.startswith(items.PARTITION) or _same(change.old, change.new):
        return []
    if sort == items.COUNTS:  # which every change of what everybody sees goes along with
        return [ShowAnew(partition.removeprefix(items.PARTITION), items.change_of(change.old, change.new))]
    if sort == items.DRAFT and change.kind == "REMOVE" and change.old is not None:
        return [DropComments(items.read_draft(change.old).id)]
    return []


def mails_of(change: ItemChange) -> list[DueMail]:
    """Return the mails that a change makes due. It may come twice, and they are the same each time."""
    if change.new is None or _same(change.old, change.new):
        return []
    sort = change.keys["sk"]["S"]
    if sort == subscriber_items.SUBSCRIBER:
        new = subscriber_items.read(change.new)
        known = change.old is not None and subscriber_items.read(change.old).id == new.id
        return [] if known or new.confirmed_at else [Welcome(new.key, new.id)]
    if sort == items.POST and change.old is None:
        post = items.read_post(change.new)
        return [Announce(post.slug, post.id, post.version)]
    if sort == subscriber_items.ANNOUNCEMENT:
        return [subscriber_items.read_announcement(change.new)]
    return []


def _same(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Say whether nothing has changed: some streams tell of that, too."""
    return old is not None and old == new
