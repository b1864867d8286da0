"""`Idempotency-Key`: the same POST sent twice has one effect and one answer."""

from chassis.idempotency.base import (
    KEEP_SECONDS,
    LEASE_SECONDS,
    SMALL_BYTES,
    Claimed,
    IdempotencyStore,
    Key,
    Known,
    Limits,
    Recorded,
)
from chassis.idempotency.keys import Keys, resource_id

__all__ = [
    "KEEP_SECONDS",
    "LEASE_SECONDS",
    "SMALL_BYTES",
    "Claimed",
    "IdempotencyStore",
    "Key",
    "Keys",
    "Known",
    "Limits",
    "Recorded",
    "resource_id",
]
