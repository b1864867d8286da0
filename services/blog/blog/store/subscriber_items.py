"""How subscriptions lie in the table.

| what | pk | sk | attributes |
|---|---|---|---|
| subscription | `SUBSCRIBER#<key>` | `SUBSCRIBER` | `document` (JSON), `id`, `expires_at` until confirmed |
| a confirmed one | `SUBSCRIBERS` | `<key>` | |
| what a network asks for in an hour | `NETWORK#<network>` | `HOUR#<epoch hour>` | `asked`, `expires_at` |

The key is a digest of the address. All confirmed ones are one partition: it is read once for each post.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from blog.domain.subscriber import Subscriber
from blog.store.items import Item, key

SUBSCRIBER = "SUBSCRIBER"
CONFIRMED = "SUBSCRIBERS"

_subscribers = TypeAdapter(Subscriber)


def subscriber_key(subscriber: str) -> Item:
    """Return the key of the subscription under `subscriber`."""
    return key(f"SUBSCRIBER#{subscriber}", SUBSCRIBER)


def confirmed_key(subscriber: str) -> Item:
    """Return the key by which a confirmed subscription is found."""
    return key(CONFIRMED, subscriber)


def network_key(network: str, now: datetime) -> Item:
    """Return the key under which is counted what a network asks for in the present hour."""
    return key(f"NETWORK#{network}", f"HOUR#{int(now.timestamp()) // 3600}")


def item_of(subscriber: Subscriber, expires_at: datetime | None = None) -> Item:
    """Return the item of a subscription."""
    expires = {"expires_at": {"N": str(int(expires_at.timestamp()))}} if expires_at else {}
    document = {"S": _subscribers.dump_json(subscriber).decode()}
    identity = {"S": str(subscriber.id)}
    return {**subscriber_key(subscriber.key), "document": document, "id": identity, **expires}


def read(item: Mapping[str, Any]) -> Subscriber:
    """Return the subscription in an item; fields that it was stored without have their defaults."""
    return _subscribers.validate_json(item["document"]["S"])
