"""Erasing an account, the same in every service.

The service that keeps the accounts publishes ACCOUNT_DELETED. Every other service marks the account, which
ends reading and writing for every token that is still good; then it erases what it keeps of it, and the
recorded answers of its calls. The mark comes first, so that nothing comes back behind the erasure.
"""

from __future__ import annotations

import logging
from typing import Protocol
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


class AccountEvents:
    """Handles the events of the accounts. Each may come twice, late, or out of order."""

    def __init__(self, data: AccountData, idempotency: IdempotencyStore) -> None:
        self._data = data
        self._idempotency = idempotency

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
        finally:
            self._idempotency.forget(account)
        log.info("account erased", extra={"account": account})


def _is_id(subject: str) -> bool:
    """Say whether `subject` is written as an account's id is in a token."""
    try:
        return str(UUID(subject)) == subject
    except ValueError:
        return False
