"""What the domain asks of its stores. Every adapter raises Transient when its database is away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.http.pagination import Slice
from chassis.messages.events import Event
from users.domain.records import Account, Device, Failures, Proof, Session, SigningKey


class AccountStore(Protocol):
    """Accounts. A change and the event that tells of it become visible together or not at all."""

    def create(self, account: Account, event: Event) -> Account:
        """Keep a new account; raise EmailTaken when its `email_key` is in use.

        An account that stands under the same id already is returned as it is, and no
        second event is kept.
        """
        ...

    def get(self, account_id: UUID) -> Account:
        """Return the account; raise AccountNotFound."""
        ...

    def find(self, email_key: str) -> Account | None:
        """Return the account with this e-mail key, if there is one."""
        ...

    def change(self, account_id: UUID, change: Callable[[Account], Account]) -> Account:
        """Replace profile (e-mail, name, reminders) and version by `change(present)`, no other write between.

        Raises AccountNotFound, EmailTaken, and whatever `change` raises.
        """
        ...

    def rehash(self, account_id: UUID, old: str, new: str) -> None:
        """Replace the hash `old` by `new`, of the same password; do nothing when it is another by now."""
        ...

    def change_password(self, account_id: UUID, password_hash: str, keep_session: UUID) -> None:
        """Replace the password's hash and end every session but `keep_session`; raise AccountNotFound."""
        ...

    def erase(self, account_id: UUID, event: Event) -> None:
        """Delete the account with everything that hangs on it; raise AccountNotFound."""
        ...

    def grant(self, account_id: UUID, scope: str) -> None:
        """Add a scope; adding it twice is the same as once. Raises AccountNotFound."""
        ...

    def withdraw(self, account_id: UUID, scope: str) -> None:
        """Take a scope away; one that was not granted is no error."""
        ...


class ProofStore(Protocol):
    """Addresses that wait to be confirmed, at most one of each account."""

    def put(self, proof: Proof) -> None:
        """Keep it in place of the account's other one; raise AccountNotFound."""
        ...

    def waiting(self, account_id: UUID, now: datetime) -> str | None:
        """Return the address that waits, if there is one and it has not expired."""
        ...

    def withdraw(self, account_id: UUID) -> None:
        """Forget what waits, if anything does."""
        ...

    def confirm(self, digest: bytes, now: datetime) -> None:
        """Give the account the address under `digest`, confirmed, and forget that it waited.

        Raises ProofRefused for what is not there or has expired, EmailTaken when another account has the
        address; nothing is changed then.
        """
        ...

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Proof]:
        """Return those whose mail is to be sent, oldest first; they are nobody else's until `until`."""
        ...

    def release(self, proof: Proof) -> None:
        """Give back what was claimed and surely not sent."""
        ...

    def sent(self, proof: Proof) -> None:
        """Note that the mail was sent; its token is kept as a digest only from now on."""
        ...

    def purge(self, now: datetime) -> int:
        """Forget what has expired; return how many."""
        ...


class TokenFamily(Protocol):
    """A session and its refresh tokens, named by digest, held still for the length of a transaction."""

    @property
    def session(self) -> Session:
        """The session as it was when the family was opened."""
        ...

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that are granted to the session's account."""
        ...

    def used_at(self, token: bytes) -> datetime | None:
        """Return when `token` was used, None when it was not; raise LookupError for one of another family."""
        ...

    def succeed(self, token: bytes, successor: bytes, at: datetime) -> None:
        """Mark `token` as used and add `successor`."""
        ...

    def touch(self, device: Device, last_used_at: datetime, expires_at: datetime) -> None:
        """Renew what the session shows of its device and its times."""
        ...

    def revoke(self) -> None:
        """End the session: every token of the family is gone."""
        ...


class SessionStore(Protocol):
    """Sessions and their refresh tokens, which are known by digest only."""

    def begin(self, session: Session, token: bytes, password_version: int, limit: int) -> None:
        """Keep a new session with its first refresh token.

        Raises AccountNotFound when the account is gone or its password is no longer of
        `password_version`. A session under the same id is replaced. Of an account's sessions the `limit`
        last used remain.
        """
        ...

    def began_at(self, session_id: UUID, account_id: UUID) -> datetime | None:
        """Return when the account's session began, None where it has none of this id."""
        ...

    def is_alive(self, session_id: UUID, account_id: UUID, now: datetime) -> bool:
        """Say whether the account's session exists and has not expired."""
        ...

    def page(self, account_id: UUID, now: datetime, limit: int, before: UUID | None) -> Slice[Session]:
        """Return live sessions, newest id first, below the id `before`; the position is `{"before": id}`."""
        ...

    def end(self, account_id: UUID, session_id: UUID) -> None:
        """End one session; raise SessionNotFound when the account has none of this id."""
        ...

    def family(self, token: bytes) -> AbstractContextManager[TokenFamily | None]:
        """Open the family of `token`, or None where it is unknown, for the block.

        Others wait meanwhile; an error inside undoes everything.
        """
        ...

    def purge(self, now: datetime, used_before: datetime) -> int:
        """Forget expired sessions, and tokens used before `used_before`; return how many rows went."""
        ...


class FailureStore(Protocol):
    """Counts of failed sign-ins under opaque keys."""

    def get(self, key: bytes) -> Failures | None:
        """Return the count, if there is one."""
        ...

    def counts(self, keys: Sequence[bytes]) -> list[int]:
        """Return how many were counted under each key, in the order of `keys`."""
        ...

    def add(self, key: bytes, now: datetime, forget_before: datetime) -> None:
        """Count one more; a count whose last failure is older than `forget_before` begins anew at 1."""
        ...

    def clear(self, key: bytes) -> None:
        """Forget the count."""
        ...

    def purge(self, before: datetime) -> int:
        """Forget counts whose last failure is older than `before`; return how many."""
        ...


class SigningKeyStore(Protocol):
    """The few signing keys there are."""

    def all(self) -> list[SigningKey]:
        """Return every key, oldest id first."""
        ...

    def edit(self, change: Callable[[list[SigningKey]], list[SigningKey]]) -> list[SigningKey]:
        """Replace the keys by `change(keys)`, one editor at a time; return them."""
        ...
