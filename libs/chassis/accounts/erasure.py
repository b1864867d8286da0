"""The end of an account, the same in every service; and the events that tell of accounts.

The service that keeps the accounts publishes ACCOUNT_DELETED. Every other service marks the account, which
ends reading and writing for every token that is still good; then it erases what it keeps of it, and the
recorded answers of its calls. The mark comes first, so that nothing comes back behind the erasure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from chassis.accounts.addresses import AccountAddress, addresses_in
from chassis.accounts.export import EXPORT_REQUESTED, AccountExports
from chassis.errors import FieldError, Invalid, Unauthenticated
from chassis.idempotency import IdempotencyStore
from chassis.messages.events import Event, parse

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
    """Handles the events of the accounts. Each may come twice, late, or out of order.

    `exports` hands over what a service keeps. `erase_addresses` is for what it keeps under an address instead
    of an account.
    """

    def __init__(
        self,
        data: AccountData,
        idempotency: IdempotencyStore,
        exports: AccountExports,
        erase_addresses: Callable[[Sequence[AccountAddress]], object] | None = None,
    ) -> None:
        self._data = data
        self._idempotency = idempotency
        self._exports = exports
        self._erase_addresses = erase_addresses

    def handle(self, body: str) -> None:
        """Erase the account that was deleted, export the one that asks for it; other events are ignored.

        Raises Invalid for what is no event or names no account, and Transient: the message comes again.
        """
        event = parse(body)
        if event.type == ACCOUNT_DELETED:
            self._erase(_naming_an_account(event))
        elif event.type == EXPORT_REQUESTED:
            self._export(_naming_an_account(event))
        else:
            log.info("event ignored", extra={"type": event.type})

    def _erase(self, event: Event) -> None:
        account = event.subject
        self._data.mark_erased(account)
        try:
            self._data.erase(account)
            if self._erase_addresses is not None:
                self._erase_addresses(addresses_in(event.data))
        finally:
            self._idempotency.forget(account)
        log.info("account erased", extra={"account": account})

    def _export(self, event: Event) -> None:
        if self._data.is_erased(event.subject):
            log.info("nothing to export: the account is erased", extra={"account": event.subject})
            return
        self._exports.write(event, addresses_in(event.data))
        log.info("account exported", extra={"account": event.subject})


def _naming_an_account(event: Event) -> Event:
    if not _is_id(event.subject):
        message = "must be the id of the account, a UUID"
        raise Invalid("The event names no account.", [FieldError("/subject", message)])
    return event


def _is_id(subject: str) -> bool:
    """Say whether `subject` is written as an account's id is in a token."""
    try:
        return str(UUID(subject)) == subject
    except ValueError:
        return False
