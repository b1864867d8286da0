"""What arrives in the queue of the bucket's own events."""

from __future__ import annotations

from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.jsonpointer import invalid
from media.domain.arrivals import Arrivals
from media.errors import NoRecords


class _BucketName(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str


class _ObjectKey(BaseModel):
    model_config = ConfigDict(extra="ignore")

    key: str


class _Place(BaseModel):
    model_config = ConfigDict(extra="ignore")

    bucket: _BucketName
    object: _ObjectKey


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


def keys_of(body: str, bucket: str) -> list[str]:
    """Return the keys of `bucket` in an S3 notification. Raises Invalid when it is none."""
    try:
        notification = _Notification.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error) from error
    if notification.Records is None:
        if notification.Event == "s3:TestEvent":
            return []
        raise NoRecords
    return [
        unquote_plus(record.s3.object.key)
        for record in notification.Records
        if record.s3.bucket.name == bucket
    ]
