from __future__ import annotations

import pytest

from slipway.manifest import Permission
from slipway.provision.naming import Names
from slipway.provision.policy import identity_policy, queue_policy, topic_policy, trust_policy

NAMES = Names("eu-west-1", "123456789012", "x-")


@pytest.mark.parametrize(
    ("reference", "arn"),
    [
        ("table/todos", "arn:aws:dynamodb:eu-west-1:123456789012:table/x-todos"),
        ("table/todos/index/*", "arn:aws:dynamodb:eu-west-1:123456789012:table/x-todos/index/*"),
        ("bucket/media", "arn:aws:s3:::x-media"),
        ("bucket/media/users/*", "arn:aws:s3:::x-media/users/*"),
        ("queue/work-dlq", "arn:aws:sqs:eu-west-1:123456789012:x-work-dlq"),
        ("topic/events", "arn:aws:sns:eu-west-1:123456789012:x-events"),
        ("role/visitor", "arn:aws:iam::123456789012:role/x-visitor"),
        ("mail/identity", "arn:aws:ses:eu-west-1:123456789012:identity/*"),
        ("mail/configuration-set", "arn:aws:ses:eu-west-1:123456789012:configuration-set/*"),
    ],
)
def test_a_reference_becomes_an_arn(reference, arn):
    assert NAMES.arn(reference) == arn


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="lambda"):
        NAMES.arn("lambda/f")


def test_each_permission_is_one_statement():
    permissions = [
        Permission(allow=("s3:GetObject",), on=("bucket/media/users/*", "bucket/media/thumbnails/*")),
        Permission(
            allow=("s3:ListBucket",), on=("bucket/media",), when={"StringLike": {"s3:prefix": "users/*"}}
        ),
    ]
    assert identity_policy(permissions, NAMES) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": ["arn:aws:s3:::x-media/users/*", "arn:aws:s3:::x-media/thumbnails/*"],
            },
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket"],
                "Resource": ["arn:aws:s3:::x-media"],
                "Condition": {"StringLike": {"s3:prefix": "users/*"}},
            },
        ],
    }


def test_a_role_trusts_its_services_user_only():
    [statement] = trust_policy("users", NAMES)["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:user/x-slipway-users"}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]


def test_deliveries_name_their_sources():
    for policy, service, source in (
        (queue_policy("work", ["events"], NAMES), "sns.amazonaws.com", NAMES.arn("topic/events")),
        (topic_policy("events", ["media"], NAMES), "s3.amazonaws.com", NAMES.arn("bucket/media")),
    ):
        [statement] = policy["Statement"]
        assert statement["Principal"] == {"Service": service}
        assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": [source]}}
