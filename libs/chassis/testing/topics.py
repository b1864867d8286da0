"""Hearing what a topic of the emulator is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from chassis.ids import new_id


def hearing(sns: Any, sqs: Any, topic_arn: str) -> Callable[[], list[Any]]:
    """Return what receives the events of a topic from now on: up to ten a call, within a second.

    `sns` and `sqs` are clients that may make a queue and subscribe it.
    """
    url = sqs.create_queue(QueueName=f"heard-{new_id()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})

    def receive() -> list[Any]:
        answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    return receive
