"""How subscriptions lie in the table.

| what | pk | sk | attributes |
|---|---|---|---|
| subscription | `SUBSCRIBER#<key>` | `SUBSCRIBER` | `document` (JSON), `id`, `expires_at` until confirmed |
| a confirmed one | `SUBSCRIBERS` | `<key>` | |
| what is asked by a network, for an address | `ASKED#<who>` | `HOUR#<hour>` | `asked`, `expires_at` |
| mails of a post | `ANNOUNCEMENT#<id>#<version>` | `ANNOUNCEMENT` | `slug`, `after`, `expires_at` |

The key is a digest of the address. All confirmed ones are one partition: it is read once for each post,
page by page. Mails that are sent and addresses that are suppressed lie beside them, by chassis.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from blog.domain.consequences import Announce
from blog.domain.subscriber import Subscriber
from blog.store.items import Item, key

SUBSCRIBER = "SUBSCRIBER"
CONFIRMED = "SUBSCRIBERS"
ANNOUNCEMENT = "ANNOUNCEMENT"
_ANNOUNCEMENTS = "ANNOUNCEMENT#"

_subscribers = TypeAdapter(Subscriber)


def subscriber_key(subscriber: str) -> Item:
    """Return the key of the subscription under `subscriber`."""
    return key(f"SUBSCRIBER#{subscriber}", SUBSCRIBER)


def confirmed_key(subscriber: str) -> Item:
    """Return the key by which a confirmed subscription is found."""
    return key(CONFIRMED, subscriber)


def asked_key(who: str, now: datetime) -> Item:
    """Return the key under which is counted what is asked by or for somebody in the present hour."""
    return key(f"ASKED#{who}", f"HOUR#{int(now.timestamp()) // 3600}")


def announcement_key(announcement: Announce) -> Item:
    """Return the key under which stands how far a post's mails have come."""
    return key(f"{_ANNOUNCEMENTS}{announcement.post_id}#{announcement.version}", ANNOUNCEMENT)


def read_announcement(item: Mapping[str, Any]) -> Announce:
    """Return the page of mails that is due by a stored item."""
    post_id, _, version = item["pk"]["S"].removeprefix(_ANNOUNCEMENTS).partition("#")
    return Announce(item["slug"]["S"], UUID(post_id), int(version), item["after"]["S"])


def item_of(subscriber: Subscriber, expires_at: datetime | None = None) -> Item:
    """Return the item of a subscription."""
    expires = {"expires_at": {"N": str(int(expires_at.timestamp()))}} if expires_at else {}
    document = {"S": _subscribers.dump_json(subscriber).decode()}
    identity = {"S": str(subscriber.id)}
    return {**subscriber_key(subscriber.key), "document": document, "id": identity, **expires}


def read(item: Mapping[str, Any]) -> Subscriber:
    """Return the subscription in an item; fields that it was stored without have their defaults."""
    return _subscribers.validate_json(item["document"]["S"])
