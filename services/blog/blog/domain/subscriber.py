"""Somebody who wants to hear of new posts by mail."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from uuid import UUID

from chassis.addresses import address_digest

LONGEST_ADDRESS = 254
WAIT = timedelta(days=7)
"""So long a subscription waits to be confirmed; it is forgotten then."""
_SEPARATOR = "."
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscription, which counts once it is confirmed.

    `secret` shows that somebody has read the mail about it. A field that is added later has a default.
    """

    id: UUID
    email: str
    secret: str
    asked_at: datetime
    confirmed_at: datetime | None = None

    @property
    def key(self) -> str:
        """What the subscription is found by."""
        return address_digest(self.email)

    @property
    def token(self) -> str:
        """What the links in mails carry."""
        return f"{self.key}{_SEPARATOR}{self.secret}"

    def accepts(self, secret: str) -> bool:
        """Say whether `secret` is the subscription's own."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())

    def confirmed(self, now: datetime) -> Subscriber:
        """Return the subscription once it counts."""
        return self if self.confirmed_at else replace(self, confirmed_at=now)


def new_secret() -> str:
    """Return a secret that nobody guesses."""
    return secrets.token_urlsafe(32)


def parts_of(token: str) -> tuple[str, str]:
    """Return key and secret in a token; both are of no use where it is none."""
    key, _, secret = token.partition(_SEPARATOR)
    return key, secret


def checked_address(text: str) -> str:
    """Return an address that a mail can be sent to; raise ValueError for what is none.

    Names of domains are expected in ASCII, as mail servers write them (IDNA). What stands in quotation marks
    could hold another address, and those who write them are no readers of ours.
    """
    trimmed = text.strip()
    try:
        address = Address(addr_spec=trimmed)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise ValueError("is not an e-mail address") from error
    plain = f"{address.username}@{address.domain}"
    if (
        not trimmed.isascii()
        or plain != trimmed
        or not address.username
        or not _DOMAIN.fullmatch(address.domain)
    ):
        raise ValueError("is not an e-mail address")
    return f"{address.username}@{address.domain.lower()}"
