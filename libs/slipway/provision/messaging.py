"""Topics, queues with their dead-letter queues, and what connects them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slipway.manifest import Queue, Subscription
from slipway.provision.naming import Names
from slipway.provision.plan import ResourcePlan
from slipway.provision.policy import queue_policy, topic_policy

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

_FOUR_DAYS = 4 * 86_400
_FOURTEEN_DAYS = 14 * 86_400
_LONG_POLL = 20


def ensure_topics(sns: SNSClient, plan: ResourcePlan, names: Names) -> None:
    """Make the topics; those that buckets announce on may be published to by exactly these buckets."""
    for topic, buckets in plan.topics.items():
        arn = sns.create_topic(Name=names.name(topic))["TopicArn"]
        policy = json.dumps(topic_policy(topic, buckets, names)) if buckets else ""
        current = sns.get_topic_attributes(TopicArn=arn)["Attributes"].get("Policy", "")
        if policy and current != policy:
            sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def ensure_queues(sqs: SQSClient, plan: ResourcePlan, names: Names) -> None:
    """Make each queue and its dead-letter queue with the attributes of the manifest."""
    present = {url.rpartition("/")[2]: url for url in _urls(sqs, names.prefix)}
    for queue in plan.queues:
        for plain, wanted in _attributes(queue, names).items():
            name = names.name(plain)
            if name not in present:
                given = {key: value for key, value in wanted.items() if value}
                sqs.create_queue(QueueName=name, Attributes=given)
                continue
            found = sqs.get_queue_attributes(QueueUrl=present[name], AttributeNames=["All"])["Attributes"]
            changed = {key: value for key, value in wanted.items() if found.get(key, "") != value}
            if changed:
                sqs.set_queue_attributes(QueueUrl=present[name], Attributes=changed)


def ensure_subscriptions(sns: SNSClient, plan: ResourcePlan, names: Names) -> None:
    """Subscribe each queue to its topics, raw and filtered by event type, and to no other."""
    for topic in plan.topics:
        wanted = {
            names.arn(f"queue/{queue.name}"): subscription
            for queue in plan.queues
            for subscription in queue.subscribes
            if subscription.topic == topic
        }
        _subscribe(sns, names.arn(f"topic/{topic}"), wanted)


def _subscribe(sns: SNSClient, topic: str, wanted: Mapping[str, Subscription]) -> None:
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    present = {one["Endpoint"]: one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]}
    for endpoint, arn in present.items():
        if endpoint not in wanted:
            sns.unsubscribe(SubscriptionArn=arn)
    for endpoint, subscription in wanted.items():
        attributes = {"RawMessageDelivery": "true", "FilterPolicy": _filter(subscription)}
        if endpoint not in present:
            given = {name: value for name, value in attributes.items() if value}
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=given)
            continue
        found = sns.get_subscription_attributes(SubscriptionArn=present[endpoint])["Attributes"]
        for name, value in attributes.items():
            if found.get(name, "") != value:
                sns.set_subscription_attributes(
                    SubscriptionArn=present[endpoint], AttributeName=name, AttributeValue=value or "{}"
                )


def _filter(subscription: Subscription) -> str:
    """Publishers put the CloudEvents type into the message attribute `type`."""
    return json.dumps({"type": list(subscription.types)}) if subscription.types else ""


def _attributes(queue: Queue, names: Names) -> dict[str, dict[Any, str]]:
    """Return the attributes by plain name, the dead-letter queue first because the other one names it."""
    dead = f"{queue.name}-dlq"
    topics = [subscription.topic for subscription in queue.subscribes]
    redrive = {"deadLetterTargetArn": names.arn(f"queue/{dead}"), "maxReceiveCount": str(queue.max_receives)}
    return {
        dead: {"MessageRetentionPeriod": str(_FOURTEEN_DAYS)},
        queue.name: {
            "MessageRetentionPeriod": str(_FOUR_DAYS),
            "ReceiveMessageWaitTimeSeconds": str(_LONG_POLL),
            "VisibilityTimeout": str(queue.visibility_timeout),
            "RedrivePolicy": json.dumps(redrive),
            "Policy": json.dumps(queue_policy(queue.name, topics, names)) if topics else "",
        },
    }


def _urls(sqs: SQSClient, prefix: str) -> list[str]:
    pages = sqs.get_paginator("list_queues").paginate(
        QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1000}
    )
    return [url for page in pages for url in page.get("QueueUrls", [])]
