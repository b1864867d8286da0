"""What is kept of an `Idempotency-Key`, and what a store of them must do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.settings import ServiceSettings

LEASE_SECONDS = 30
KEEP_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Key:
    """What a record is found by: `digest`, 64 characters of `[0-9a-f]`, among the records of `owner`.

    `owner` is the caller's account, None where a call has none.
    """

    owner: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class IdempotencyLimits:
    """What is kept for one owner within KEEP_SECONDS: so many keys, and so many bytes of answers.

    Answers of up to SMALL_BYTES are kept in any case, as the number of keys bounds them.
    """

    keys: int = 2000
    bytes: int = 4_194_304

    @classmethod
    def of(cls, settings: ServiceSettings) -> IdempotencyLimits:
        """Return how much is kept by the settings."""
        return cls(settings.max_idempotency_keys, settings.max_kept_bytes)


USUAL_LIMITS = IdempotencyLimits()
"""Where a service's settings say nothing else."""

SMALL_BYTES = 1024


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """A finished answer, kept to be given again; `body` is None when it was too large to be kept."""

    status: int
    headers: dict[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """The key is ours to work under.

    `resource_id` is the id reserved for what the call creates; `token` tells this claim from a later one,
    made once its lease has run out.
    """

    key: Key
    resource_id: UUID
    token: UUID


@dataclass(frozen=True, slots=True)
class KnownKey:
    """The key was used before; `recorded` is None while that call is in flight."""

    fingerprint: str
    recorded: RecordedAnswer | None = None


class IdempotencyStore(Protocol):
    """Keeps records for KEEP_SECONDS.

    A claim that is no longer held, because its lease ran out and another took over, changes nothing any more.
    """

    def begin(self, key: Key, fingerprint: str, resource_id: UUID, lease: int) -> KeyClaim | KnownKey:
        """Claim `key` for `lease` seconds, atomically.

        A new key is claimed under `resource_id`. An unfinished claim whose lease has run out
        and whose fingerprint is the same is taken over under *its* resource id, with a new
        token. Anything else is returned as it is known. Raises TooMany for a new key of an owner who has
        used as many as there may be.
        """
        ...

    def finish(self, claim: KeyClaim, recorded: RecordedAnswer) -> None:
        """Keep the answer, without its body where the owner's answers are too large together."""
        ...

    def release(self, claim: KeyClaim) -> None:
        """End the lease at once and keep the reserved id: the work may have had its effect."""
        ...

    def abandon(self, claim: KeyClaim) -> None:
        """Forget the claim: nothing was done."""
        ...

    def forget(self, owner: str) -> None:
        """Forget every record of `owner`, those of calls in flight as well: they will keep no answer."""
        ...
