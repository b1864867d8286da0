"""Addresses that get no more mail, because it came back for good or its reader called it spam.

SES tells a topic of that, and each service that sends mail hears it by a queue of its own: in its manifest
`subscribes: [{topic: mail-events}]`. What is kept of an address is its digest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from chassis.addresses import address_digest
from chassis.clock import Clock
from chassis.messages.mail import Mail, Mailer, MailRefused
from chassis.messages.mail_log import MailEvent, MailLog, mail_event
from chassis.stores.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

log = logging.getLogger(__name__)

_WHAT = "Suppressing mail"
_FIRST = "SET reason = if_not_exists(reason, :reason), #at = if_not_exists(#at, :now)"
_SENT = {"send", "delivery", "bounce", "complaint"}


class AddressSuppressed(MailRefused):
    """The address gets no more mail."""


class Suppressions(Protocol):
    """Which addresses get no more mail, however their letters' case is."""

    def add(self, address: str, reason: str, now: datetime) -> None:
        """Suppress the address; the first reason stays. Raises Transient."""
        ...

    def has(self, address: str) -> bool:
        """Say whether the address is suppressed. Raises Transient."""
        ...


class SuppressingMailer:
    """A Mailer that sends through `mailer` what does not go to a suppressed address."""

    def __init__(self, mailer: Mailer, suppressions: Suppressions) -> None:
        self._mailer = mailer
        self._suppressions = suppressions

    def send(self, mail: Mail) -> str:
        """Raises AddressSuppressed, and what `mailer` raises."""
        if self._suppressions.has(mail.to):
            raise AddressSuppressed("Mail to this address came back for good, or was complained about.")
        return self._mailer.send(mail)


class MailEvents:
    """Handles what SES announces about the suite's mail. Each event may come twice, late, or out of order.

    `prefix` begins the keys of the service's own mails: they are noted as sent. An address that is
    suppressed, whoever wrote to it, is handed to `suppressed`, which may be called again.
    """

    def __init__(
        self,
        mail_log: MailLog,
        suppressions: Suppressions,
        prefix: str,
        suppressed: Callable[[str], object],
        clock: Clock,
    ) -> None:
        self._mail_log = mail_log
        self._suppressions = suppressions
        self._prefix = prefix
        self._suppressed = suppressed
        self._clock = clock

    def handle(self, body: str) -> None:
        """Note what was sent, and suppress what came back for good. Raises Invalid and Transient."""
        event = mail_event(body)
        if event.kind in _SENT and event.key is not None and event.key.startswith(self._prefix):
            self._mail_log.sent(event.key, self._clock())
        if event.permanent:
            self._suppress(event)

    def _suppress(self, event: MailEvent) -> None:
        for address in event.recipients:
            self._suppressions.add(address, event.kind, self._clock())
            self._suppressed(address)
        log.warning("mail suppressed", extra={"reason": event.kind, "addresses": len(event.recipients)})


class DynamoSuppressions:
    """Suppressions in a table: one item for each address, under pk `SUPPRESSED#digest`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, address: str, reason: str, now: datetime) -> None:
        with translated(_WHAT):
            self._client.update_item(
                TableName=self._table,
                Key=_key(address),
                UpdateExpression=_FIRST,
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":reason": {"S": reason}, ":now": {"S": now.isoformat()}},
            )

    def has(self, address: str) -> bool:
        with translated(_WHAT):
            found = self._client.get_item(TableName=self._table, Key=_key(address), ConsistentRead=True)
        return "Item" in found


def _key(address: str) -> dict[str, Any]:
    return {"pk": {"S": f"SUPPRESSED#{address_digest(address)}"}, "sk": {"S": "SUPPRESSED"}}
