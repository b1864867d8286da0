"""`Idempotency-Key`: the same POST sent twice has one effect and one answer."""

from chassis.idempotency.base import (
    KEEP_SECONDS,
    LEASE_SECONDS,
    SMALL_BYTES,
    Claimed,
    IdempotencyLimits,
    IdempotencyStore,
    Key,
    Known,
    Recorded,
)
from chassis.idempotency.keys import Keys, resource_id

__all__ = [
    "KEEP_SECONDS",
    "LEASE_SECONDS",
    "SMALL_BYTES",
    "Claimed",
    "IdempotencyLimits",
    "IdempotencyStore",
    "Key",
    "Keys",
    "Known",
    "Recorded",
    "resource_id",
]
