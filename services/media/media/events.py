"""What arrives in the queues: the bucket's own events, and the accounts' end."""

from __future__ import annotations

import logging
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.errors import Invalid
from chassis.jsonpointer import invalid
from chassis.messages import events
from media.domain.arrivals import Arrivals
from media.domain.erasure import Eraser

log = logging.getLogger(__name__)

ACCOUNT_DELETED = "users.account.deleted.v1"


class _Named(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str


class _Keyed(BaseModel):
    model_config = ConfigDict(extra="ignore")

    key: str


class _Place(BaseModel):
    model_config = ConfigDict(extra="ignore")

    bucket: _Named
    object: _Keyed


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore")

    s3: _Place


class _Notification(BaseModel):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""

    model_config = ConfigDict(extra="ignore")

    Records: list[_Record] | None = None
    Event: str | None = None


class BucketEvents:
    """Handles a message of the bucket: each key in it is settled."""

    def __init__(self, bucket: str, arrivals: Arrivals) -> None:
        self._bucket = bucket
        self._arrivals = arrivals

    def handle(self, body: str) -> None:
        """Settle what the message names; S3's own test message is ignored.

        Raises Invalid, or what Intake raises.
        """
        for key in keys_of(body, self._bucket):
            self._arrivals.announce(key)


class AccountEvents:
    """Handles an event of `users`."""

    def __init__(self, eraser: Eraser) -> None:
        self._eraser = eraser

    def handle(self, body: str) -> None:
        """Erase the account that was deleted; other events are not ours. Raises Invalid, Transient."""
        event = events.parse(body)
        if event.type != ACCOUNT_DELETED:
            log.info("event ignored", extra={"type": event.type})
            return
        self._eraser.erase(event.subject)


def keys_of(body: str, bucket: str) -> list[str]:
    """Return the keys of `bucket` in an S3 notification. Raises Invalid when it is none."""
    try:
        notification = _Notification.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error) from error
    if notification.Records is None:
        if notification.Event == "s3:TestEvent":
            return []
        raise Invalid("The message has no records.")
    return [
        unquote_plus(record.s3.object.key)
        for record in notification.Records
        if record.s3.bucket.name == bucket
    ]
