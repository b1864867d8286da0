"""Sends each message once, over redelivered events, killed processes and several workers.

SES knows no idempotency: a process that dies between sending and noting it leaves no trace of having sent,
and neither does a call that SES does not answer. So a message is claimed before it is sent, and noted
afterwards, by the sender or by the event that SES announces about it. A claim without a note is uncertain:
it waits for that event, and only when none has come within `settle` is the message sent again. The window
that remains: a process dies between sending and noting, or gets no answer, *and* SES's event takes longer
than that. Then the person gets the message twice, never not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, Protocol

from chassis.clock import Clock, utc_now
from chassis.errors import Invalid, Stale, Transient
from chassis.messages.mail import TAG, Mail, Mailer, MailRefused, MailUncertain
from chassis.stores.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WHAT = "Noting mail"
KEEP = timedelta(days=400)
"""So long it is known whether a message was sent, unless a log says otherwise."""
_FREE = "attribute_not_exists(sent_at) AND (attribute_not_exists(pk) OR claimed_at <= :settled)"


class Claim(Enum):
    """What may be done about a message."""

    OURS = "ours"
    SENT = "sent"
    UNCERTAIN = "uncertain"


class MailLog(Protocol):
    """Which messages have been sent."""

    def claim(self, key: str, now: datetime, settle: timedelta) -> Claim:
        """Claim message `key`: OURS to send when nobody has, or when a claim is older than `settle`.

        Of several who claim it at once it is OURS for one. Raises Transient.
        """
        ...

    def sent(self, key: str, now: datetime) -> None:
        """Note that message `key` was sent, by this process or another. Raises Transient."""
        ...

    def give_back(self, key: str) -> None:
        """Drop a claim: the message was surely not sent. Raises Transient."""
        ...


class OnceMailer:
    """Sends through `mailer` what has not been sent according to `log`."""

    def __init__(
        self,
        mailer: Mailer,
        log: MailLog,
        clock: Clock = utc_now,
        settle: timedelta = timedelta(minutes=2),
    ) -> None:
        self._mailer = mailer
        self._log = log
        self._clock = clock
        self._settle = settle

    def send(self, key: str, write: Callable[[], Mail]) -> bool:
        """Send the message that `write` makes, unless it has been; say whether this call did it.

        Raises MailRefused, and Transient when SES is away or it is uncertain whether the message was sent.
        """
        claim = self._log.claim(key, self._clock(), self._settle)
        if claim is Claim.SENT:
            return False
        if claim is Claim.UNCERTAIN:
            raise MailUncertain
        try:
            self._mailer.send(write())
        except MailUncertain:  # SES's event decides
            raise
        except (Transient, MailRefused):
            self._log.give_back(key)
            raise
        self._log.sent(key, self._clock())
        return True


@dataclass(frozen=True, slots=True)
class MailEvent:
    """What SES announces about one message; `key` is None for mail without our tag."""

    kind: Literal["send", "delivery", "bounce", "complaint", "other"]
    key: str | None
    recipients: tuple[str, ...]
    permanent: bool = False


def mail_event(text: str) -> MailEvent:
    """Return the event in a message from SES's topic. Raises Invalid when it is none.

    Format: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    try:
        document: Any = json.loads(text)
        kind = str(document["eventType"]).lower()
        mail = document["mail"]
        keys = mail.get("tags", {}).get(TAG) or [None]
        if kind == "bounce":
            bounced = tuple(one["emailAddress"] for one in document["bounce"]["bouncedRecipients"])
            return MailEvent("bounce", keys[0], bounced, document["bounce"].get("bounceType") == "Permanent")
        if kind == "complaint":
            complained = tuple(one["emailAddress"] for one in document["complaint"]["complainedRecipients"])
            return MailEvent("complaint", keys[0], complained, permanent=True)
        recipients = tuple(mail.get("destination", ()))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Invalid("The message is no event of SES.") from error
    if kind == "send":
        return MailEvent("send", keys[0], recipients)
    return MailEvent("delivery" if kind == "delivery" else "other", keys[0], recipients)


class DynamoMailLog:
    """A MailLog in a table: one item for each message, under pk `MAIL#key`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def claim(self, key: str, now: datetime, settle: timedelta) -> Claim:
        try:
            with translated(_WHAT):
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(key),
                    UpdateExpression="SET claimed_at = :now, expires_at = :expires",
                    ConditionExpression=_FREE,
                    ExpressionAttributeValues={
                        ":now": _seconds(now),
                        ":settled": _seconds(now - settle),
                        ":expires": {"N": str(int((now + KEEP).timestamp()))},
                    },
                )
        except Stale:
            return self._standing(key)
        return Claim.OURS

    def _standing(self, key: str) -> Claim:
        with translated(_WHAT):
            found = self._client.get_item(TableName=self._table, Key=_key(key), ConsistentRead=True)
        return Claim.SENT if "sent_at" in found.get("Item", {}) else Claim.UNCERTAIN

    def sent(self, key: str, now: datetime) -> None:
        with translated(_WHAT):
            self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression="SET sent_at = if_not_exists(sent_at, :now), expires_at = :expires",
                ExpressionAttributeValues={
                    ":now": _seconds(now),
                    ":expires": {"N": str(int((now + KEEP).timestamp()))},
                },
            )

    def give_back(self, key: str) -> None:
        try:
            with translated(_WHAT):
                self._client.delete_item(
                    TableName=self._table, Key=_key(key), ConditionExpression="attribute_not_exists(sent_at)"
                )
        except Stale:  # SES says that it was sent after all
            return


def _key(key: str) -> dict[str, Any]:
    return {"pk": {"S": f"MAIL#{key}"}, "sk": {"S": "MAIL"}}


def _seconds(time: datetime) -> Any:
    return {"N": str(time.timestamp())}
