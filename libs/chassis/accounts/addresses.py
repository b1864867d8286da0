"""The mail address of an account, as events tell it: by its digest, because queues forget nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chassis.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class AccountAddress:
    """The mail address of an account, as `chassis.addresses.address_digest` gives it.

    The account has proven that the address is its own, unless `since` is set.
    """

    digest: str
    since: datetime | None

    def owns(self, asked_at: datetime) -> bool:
        """Say whether what somebody wanted for the address at that time belongs to the account.

        An account can be made for anybody's address. So what the address had before an account that
        never proved it is not the account's: nobody ends, or reads, another's subscription by making one.
        """
        return self.since is None or asked_at >= self.since


def addresses_in(data: Mapping[str, Any]) -> list[AccountAddress]:
    """Return the address in an event's data; events of earlier releases have none. Raises Invalid."""
    found = data.get("address")
    if not isinstance(found, Mapping) or not isinstance(found.get("digest"), str):
        return []
    since = found.get("since")
    return [AccountAddress(found["digest"], None if since is None else _time(since))]


def _time(text: object) -> datetime:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError as error:
        message = "must be a time as RFC 3339 writes it"
        raise Invalid("The event cannot be read.", [FieldError("/data/address/since", message)]) from error
