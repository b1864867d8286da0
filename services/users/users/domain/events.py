"""The events that this service publishes; their data is described in `events/*.schema.json`.

They carry neither name nor address: what is in an event cannot be erased from a queue.
"""

from __future__ import annotations

from uuid import UUID

from chassis.accounts import ACCOUNT_DELETED, EXPORT_REQUESTED
from chassis.addresses import address_digest
from chassis.clock import Clock
from chassis.messages.events import Event, new_event
from chassis.schemas import format_time
from users.domain.records import Account

ACCOUNT_CREATED = "users.account.created.v1"


def account_created(account: Account, source: str, clock: Clock) -> Event:
    """Return the event that tells of a new account."""
    data = {"account_id": str(account.id), "created_at": format_time(account.created_at)}
    return new_event(ACCOUNT_CREATED, source, str(account.id), data, clock)


def export_requested(account: Account, export_id: UUID, source: str, clock: Clock) -> Event:
    """Return the event after which every service writes its part of the export.

    It tells the address only where the account has proven it: nobody gets to read what others have under it.
    """
    proven = {"address": {"digest": address_digest(account.email)}}
    data = {"export_id": str(export_id), **(proven if account.email_verified else {})}
    return new_event(EXPORT_REQUESTED, source, str(account.id), data, clock)


def account_deleted(account: Account, source: str, clock: Clock) -> Event:
    """Return the event after which every service erases what it holds of the account.

    A service that knows people by their address, not by an account, finds what is theirs by its digest;
    `since` says that the account has not proven the address, so that what is older is not its own.
    """
    since = None if account.email_verified else format_time(account.created_at)
    data = {
        "account_id": str(account.id),
        "deleted_at": format_time(clock()),
        "address": {"digest": address_digest(account.email), "since": since},
    }
    return new_event(ACCOUNT_DELETED, source, str(account.id), data, clock)
