"""Erasing an account, the same in every service.

The service that keeps the accounts publishes ACCOUNT_DELETED. Every other service marks the account, which
ends reading and writing for every token that is still good; then it erases what it keeps of it, and the
recorded answers of its calls. The mark comes first, so that nothing comes back behind the erasure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from chassis.errors import FieldError, Invalid, Unauthenticated
from chassis.idempotency import IdempotencyStore
from chassis.messages.events import parse

log = logging.getLogger(__name__)

ACCOUNT_DELETED = "users.account.deleted.v1"


class AccountErased(Unauthenticated):
    """The caller's account has been deleted; its token has not run out yet."""

    def __init__(self) -> None:
        super().__init__("The account has been deleted.")


class AccountData(Protocol):
    """What a service keeps of accounts. Every method raises Transient when the store is away."""

    def is_erased(self, account: str) -> bool:
        """Say whether the account is marked; true as soon as `mark_erased` has returned."""
        ...

    def mark_erased(self, account: str) -> None:
        """Mark the account, for longer than any token is good; from then on no write for it succeeds."""
        ...

    def erase(self, account: str) -> None:
        """Erase everything of a marked account but the mark; may be repeated."""
        ...


@dataclass(frozen=True, slots=True)
class ErasedAddress:
    """The mail address of an account that is deleted, as `chassis.addresses.address_digest` gives it.

    The account has proven that the address is its own, unless `since` is set.
    """

    digest: str
    since: datetime | None

    def owns(self, asked_at: datetime) -> bool:
        """Say whether what somebody wanted for the address at that time goes with the account.

        An account can be made for anybody's address. So what the address had before an account that
        never proved it stays: nobody ends another's subscription by making an account and deleting it.
        """
        return self.since is None or asked_at >= self.since


class AccountEvents:
    """Handles the events of the accounts. Each may come twice, late, or out of order.

    `erase_addresses` is for what a service keeps under an address instead of an account.
    """

    def __init__(
        self,
        data: AccountData,
        idempotency: IdempotencyStore,
        erase_addresses: Callable[[Sequence[ErasedAddress]], object] | None = None,
    ) -> None:
        self._data = data
        self._idempotency = idempotency
        self._erase_addresses = erase_addresses

    def handle(self, body: str) -> None:
        """Erase the account that was deleted; other events are ignored.

        Raises Invalid for what is no event or names no account, and Transient: the message comes again.
        """
        event = parse(body)
        if event.type != ACCOUNT_DELETED:
            log.info("event ignored", extra={"type": event.type})
            return
        account = event.subject
        if not _is_id(account):
            message = "must be the id of the deleted account, a UUID"
            raise Invalid("The event names no account.", [FieldError("/subject", message)])
        self._data.mark_erased(account)
        try:
            self._data.erase(account)
            if self._erase_addresses is not None:
                self._erase_addresses(_addresses(event.data))
        finally:
            self._idempotency.forget(account)
        log.info("account erased", extra={"account": account})


def _addresses(data: Mapping[str, Any]) -> list[ErasedAddress]:
    """Return the address in an event; events of earlier releases have none."""
    found = data.get("address")
    if not isinstance(found, Mapping) or not isinstance(found.get("digest"), str):
        return []
    since = found.get("since")
    return [ErasedAddress(found["digest"], None if since is None else _time(since))]


def _time(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError as error:
        message = "must be a time as RFC 3339 writes it"
        raise Invalid("The event cannot be read.", [FieldError("/data/address/since", message)]) from error


def _is_id(subject: str) -> bool:
    """Say whether `subject` is written as an account's id is in a token."""
    try:
        return str(UUID(subject)) == subject
    except ValueError:
        return False
