from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Invalid, Transient
from chassis.messages.events import Event, SnsPublisher, new_event, parse
from chassis.stores.aws import Aws as Clients
from chassis.telemetry import trace_context
from chassis.testing import FakeClock, FakePublisher
from slipway.testing.aws import EmulatedAws

TYPE = "notes.note.written.v1"


def document(**changes: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "notes",
        "type": TYPE,
        "subject": "n1",
        "time": "2026-01-31T12:00:00Z",
        "data": {},
        **changes,
    }


@given(
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()),
    st.text(),
)
def test_an_event_survives_the_journey(data: dict[str, Any], subject: str) -> None:
    event = new_event(TYPE, "notes", subject, data)
    assert parse(event.model_dump_json(exclude_none=True)) == event


def test_an_event_says_what_cloudevents_asks_for(clock: FakeClock) -> None:
    event = new_event(TYPE, "notes", "n1", {"a": 1}, clock)
    sent = json.loads(event.model_dump_json(exclude_none=True))
    assert UUID(sent.pop("id")).version == 7
    assert sent == {
        "specversion": "1.0",
        "source": "notes",
        "type": TYPE,
        "subject": "n1",
        "time": "2026-01-31T12:00:00.000Z",
        "datacontenttype": "application/json",
        "data": {"a": 1},
    }


def test_an_event_belongs_to_the_trace_it_was_made_in() -> None:
    with trace_context.active(trace_context.start()) as trace:
        assert new_event(TYPE, "notes", "n1", {}).traceparent == trace.traceparent


def test_attributes_that_are_not_known_are_ignored() -> None:
    assert parse(json.dumps(document(partitionkey="p", data={"new": [1]}))).data == {"new": [1]}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"id": "7"}, "/id"),
        ({"source": ""}, "/source"),
        ({"type": "written"}, "/type"),
        ({"type": "notes.note.written"}, "/type"),
        ({"time": "yesterday"}, "/time"),
        ({"time": "2026-01-31T12:00:00"}, "/time"),
        ({"data": []}, "/data"),
        ({"subject": None}, "/subject"),
        ({"datacontenttype": "text/xml"}, "/datacontenttype"),
    ],
)
def test_what_is_wrong_with_an_event_is_named(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(json.dumps(document(**changes)))
    assert [error.pointer for error in caught.value.errors] == [pointer]


@pytest.mark.parametrize("text", ["", "null", "[]", "{", "[" * 100_000, "\ud800", '{"Type": "Notification"}'])
def test_garbage_is_invalid(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text)


def test_a_published_event_arrives_with_its_type_to_filter_by(aws: EmulatedAws) -> None:
    sns, sqs, name = aws.client("sns"), aws.client("sqs"), f"events-{uuid4().hex[:8]}"
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ]
    }
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    filters = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps({"type": [TYPE]})}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=filters)
    event = new_event(TYPE, "notes", "n1", {"text": "Grüße"})
    publisher = SnsPublisher(sns, topic)
    publisher.publish(new_event("notes.note.dropped.v1", "notes", "n1", {}))
    publisher.publish(event)
    received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5, MaxNumberOfMessages=10)["Messages"]
    assert [parse(message["Body"]) for message in received] == [event]


def test_a_topic_that_is_away_is_transient() -> None:
    away = Clients("us-east-1", "http://127.0.0.1:9", ("a", "b")).client("sns")
    with pytest.raises(Transient):
        SnsPublisher(away, "arn:aws:sns:us-east-1:000000000000:t").publish(new_event(TYPE, "notes", "n1", {}))


def test_the_fake_publisher_keeps_events_or_is_away() -> None:
    publisher, event = FakePublisher(), new_event(TYPE, "notes", "n1", {})
    publisher.publish(event)
    publisher.away = True
    with pytest.raises(Transient):
        publisher.publish(event)
    assert publisher.published == [event]


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Event.model_validate(document()).subject = "other"  # type: ignore[misc]
