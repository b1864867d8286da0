"""IAM and resource policies, made from the manifests and nothing else.

Pure functions: the emulator and Terraform are given the same documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from slipway.manifest import Bucket, Permission
from slipway.provision.naming import Names

Document = dict[str, Any]
_VERSION = "2012-10-17"


def identity_policy(permissions: Iterable[Permission], names: Names) -> Document:
    """Return the policy that allows exactly `permissions`: one statement each, in their order."""
    return _document([_statement(permission, names) for permission in permissions])


def edge_policy(buckets: Iterable[Bucket], names: Names) -> Document:
    """Return the policy that lets the edge read what the manifests deliver, and nothing else."""
    delivered = [f"bucket/{bucket.name}/{one.prefix}*" for bucket in buckets for one in bucket.delivers]
    resources = [names.arn(reference) for reference in delivered]
    statement = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": resources}
    return _document([statement] if resources else [])


def trust_policy(service: str, names: Names) -> Document:
    """Return the policy that lets only `service`'s own user assume a role, and tag the session."""
    return _document(
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": names.user_arn(service)},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }
        ]
    )


def queue_policy(queue: str, topics: Sequence[str], names: Names) -> Document:
    """Return the policy that lets `topics`, and no other topic, deliver into `queue`."""
    return _delivery(
        "sns.amazonaws.com", "sqs:SendMessage", f"queue/{queue}", [f"topic/{name}" for name in topics], names
    )


def topic_policy(topic: str, buckets: Sequence[str], names: Names) -> Document:
    """Return the policy that lets `buckets` announce their objects on `topic`."""
    return _delivery(
        "s3.amazonaws.com", "sns:Publish", f"topic/{topic}", [f"bucket/{name}" for name in buckets], names
    )


def _statement(permission: Permission, names: Names) -> Document:
    statement: Document = {
        "Effect": "Allow",
        "Action": list(permission.allow),
        "Resource": [names.arn(reference) for reference in permission.on],
    }
    if permission.when:
        statement["Condition"] = permission.when
    return statement


def _delivery(service: str, action: str, target: str, sources: Sequence[str], names: Names) -> Document:
    return _document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": action,
                "Resource": names.arn(target),
                "Condition": {"ArnEquals": {"aws:SourceArn": [names.arn(source) for source in sources]}},
            }
        ]
    )


def _document(statements: list[Document]) -> Document:
    return {"Version": _VERSION, "Statement": statements}
