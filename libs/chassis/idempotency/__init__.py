"""`Idempotency-Key`: the same POST sent twice has one effect and one answer. For requests see `keys`."""

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

__all__ = [
    "KEEP_SECONDS",
    "LEASE_SECONDS",
    "SMALL_BYTES",
    "USUAL_LIMITS",
    "IdempotencyLimits",
    "IdempotencyStore",
    "Key",
    "KeyClaim",
    "KnownKey",
    "RecordedAnswer",
]
