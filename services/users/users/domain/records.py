"""What the service keeps, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account.

    `email` is shown, `email_key` is what is compared. `version` counts changes of the profile,
    `password_version` those of the password; `scopes` are granted beyond the default ones.
    """

    id: UUID
    email: str
    email_key: str
    name: str
    password_hash: str
    created_at: datetime
    email_verified: bool = False
    version: int = 1
    password_version: int = 1
    reminders_by_mail: bool = False
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proof:
    """An address that an account asks for, until a token that is mailed there comes back.

    `digest` is the token's, `sealed` the token until it has been mailed.
    """

    account_id: UUID
    email: str
    email_key: str
    digest: bytes
    sealed: bytes | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of the client behind a request."""

    user_agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in device, alive until `expires_at`; its refresh tokens form one family."""

    id: UUID
    account_id: UUID
    device: Device
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong passwords in a row for one account from one address."""

    count: int
    last_at: datetime


class KeyState(StrEnum):
    """The life of a signing key: published, then used, then published until its tokens have expired."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair: `public` is its JWK, `sealed` the private part; it has been in its state `since` then."""

    id: str
    state: KeyState
    public: dict[str, Any]
    sealed: bytes
    since: datetime


class ExportStatus(StrEnum):
    """Where an export stands."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Export:
    """An account's export: each of `services` writes a part by `deadline`, else it has failed.

    The archive goes at `expires_at`; `next_at` is when a worker looks at it next. `account_id` is None once
    the account is erased.
    """

    id: UUID
    account_id: UUID | None
    status: ExportStatus
    services: tuple[str, ...]
    requested_at: datetime
    deadline: datetime
    expires_at: datetime
    next_at: datetime


@dataclass(frozen=True, slots=True)
class StorageCredentials:
    """Temporary AWS credentials, good for one prefix of one bucket until `expires_at`."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expires_at: datetime
