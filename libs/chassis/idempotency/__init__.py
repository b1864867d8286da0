"""`Idempotency-Key`: the same POST sent twice has one effect and one answer."""

from chassis.idempotency.base import (
    KEEP_SECONDS,
    LEASE_SECONDS,
    SMALL_BYTES,
    USUAL_LIMITS,
    IdempotencyLimits,
    IdempotencyStore,
    Key,
    KeyClaim,
    KnownKey,
    RecordedAnswer,
)
from chassis.idempotency.keys import Keys, resource_id

__all__ = [
    "KEEP_SECONDS",
    "LEASE_SECONDS",
    "SMALL_BYTES",
    "USUAL_LIMITS",
    "IdempotencyLimits",
    "IdempotencyStore",
    "Key",
    "KeyClaim",
    "Keys",
    "KnownKey",
    "RecordedAnswer",
    "resource_id",
]
