"""Events between services: CloudEvents 1.0 in JSON, published to the service's one topic.

Format: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.clock import Clock, utc_now
from chassis.ids import new_id
from chassis.jsonpointer import invalid
from chassis.schemas import Time
from chassis.stores.aws import translated
from chassis.telemetry import trace_context

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class Event(BaseModel):
    """One event. Consumers ignore attributes they do not know, and may see one twice or out of order."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(min_length=1)
    type: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+){2}\.v[0-9]+$")
    subject: str
    time: Time
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]
    traceparent: str | None = None


def new_event(kind: str, source: str, subject: str, data: dict[str, Any], clock: Clock = utc_now) -> Event:
    """Return a new event of type `kind` about `subject`, in the current trace."""
    trace = trace_context.current()
    return Event(
        id=new_id(),
        source=source,
        type=kind,
        subject=subject,
        time=clock(),
        data=data,
        traceparent=trace.traceparent if trace else None,
    )


def parse(text: str) -> Event:
    """Return the event in a message's body; raise Invalid when it is none."""
    try:
        return Event.model_validate_json(text)
    except ValidationError as error:
        raise invalid(error) from error


class Publisher(Protocol):
    """Where events go out."""

    def publish(self, event: Event) -> None:
        """Return once the event is safe with the transport; raise Transient when it is not."""
        ...


class SnsPublisher:
    """Publishes to an SNS topic; queues filter on the message attribute `type`."""

    def __init__(self, client: SNSClient, topic_arn: str) -> None:
        self._client = client
        self._topic_arn = topic_arn

    def publish(self, event: Event) -> None:
        with translated("Publishing an event"):
            self._client.publish(
                TopicArn=self._topic_arn,
                Message=event.model_dump_json(exclude_none=True),
                MessageAttributes={"type": {"DataType": "String", "StringValue": event.type}},
            )
