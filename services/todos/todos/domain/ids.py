"""Identifiers that are computed rather than drawn."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

_INBOXES = UUID("5f0d3c0e-6f0c-5d6b-9b3c-6d1f5a2f7c11")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 62


def inbox_id(owner: str) -> UUID:
    """Return the id of the owner's default list: it is known before the list is made."""
    return uuid5(_INBOXES, owner)


def time_of(identifier: UUID) -> datetime:
    """Return the time in a UUIDv7 (RFC 9562, section 5.7): the order of ids is the order of creation."""
    return _EPOCH + timedelta(milliseconds=identifier.int >> 80)


def nth_id(base: UUID, number: int) -> UUID:
    """Return the `number`th (0..4095) UUIDv7 that belongs to `base`; they sort by number and share its time.

    A request that creates several things under one reserved id gives each the same id again
    when it is repeated.
    """
    digest = hashlib.blake2b(base.bytes + number.to_bytes(2, "big"), digest_size=8).digest()
    random = int.from_bytes(digest, "big") & ((1 << _RANDOM_BITS) - 1)
    return UUID(int=(base.int >> 80 << 80) | 7 << 76 | number << 64 | 2 << _RANDOM_BITS | random)
