"""Every policy document of a plan or state: who may do what to which."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.terraform.plans import Resource

# AWS's own policies that roles here may have.
_READ = {"service-role/AmazonRDSEnhancedMonitoringRole"}

_POLICY_ATTRIBUTES = ("policy", "assume_role_policy")

# Actions that AWS offers on no smaller resource than everything.
_WITHOUT_RESOURCE = {
    "ecr:GetAuthorizationToken",
    "logs:DescribeLogGroups",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
}

# Services whose documentation names no condition that ties them to an account.
_SAYS_NOT_FOR_WHOM = {"logdelivery.elasticloadbalancing.amazonaws.com", "rds.amazonaws.com"}


def statements(resources: Iterable[Resource]) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """Yield each known policy statement with the resource it stands in."""
    for resource in resources:
        for attribute in _POLICY_ATTRIBUTES:
            text = resource[attribute]
            if not isinstance(text, str) or '"Statement"' not in text:
                continue
            found = json.loads(text)["Statement"]
            for statement in found if isinstance(found, list) else [found]:
                yield resource, statement


def several(value: Any) -> list[str]:
    """Return one string or several as several."""
    return [value] if isinstance(value, str) else list(value or [])


def no_wildcard_action(resources: Iterable[Resource]) -> list[str]:
    """Nothing is allowed by `*` or by leaving something out."""
    return [
        f"{resource.address} allows {statement.get('Action', 'all but some')}"
        for resource, statement in statements(resources)
        if statement["Effect"] == "Allow"
        and ("NotAction" in statement or any("*" in action for action in several(statement["Action"])))
    ]


def no_policy_that_is_not_written_here(resources: Iterable[Resource]) -> list[str]:
    """A role has, beyond what is written out here, only policies of AWS's that somebody has read."""
    held = list(resources)
    attached = [(one, one["policy_arn"]) for one in held if one.type == "aws_iam_role_policy_attachment"]
    attached += [(one, arn) for one in held for arn in one["managed_policy_arns"] or []]
    return [f"{one.address} has {arn}" for one, arn in attached if arn.partition(":policy/")[2] not in _READ]


def everything_only_where_there_is_no_less(resources: Iterable[Resource]) -> list[str]:
    """`*` as a resource stands only for actions that have none.

    In a key's policy it means the key; an endpoint's says what passes, and by its condition for whom.
    """
    return [
        f"{resource.address} allows {statement['Action']} on everything"
        for resource, statement in statements(resources)
        if statement["Effect"] == "Allow"
        and resource.type not in {"aws_kms_key", "aws_vpc_endpoint"}
        and ("NotResource" in statement or "*" in several(statement.get("Resource")))
        and not set(several(statement["Action"])) <= _WITHOUT_RESOURCE
    ]


def nobody_unknown_is_let_in(resources: Iterable[Resource]) -> list[str]:
    """No statement allows everybody, and what AWS's services may do is tied to a condition."""
    found = []
    for resource, statement in statements(resources):
        if statement["Effect"] != "Allow" or "Principal" not in statement:
            continue
        principal = statement["Principal"]
        everybody = principal == "*" or "*" in several(principal.get("AWS"))
        if everybody and not _is_ours_by_condition(resource, statement):
            found.append(f"{resource.address} lets in everybody")
        storing = resource.type != "aws_iam_role"
        if storing and "Service" in principal and not statement.get("Condition"):
            found.append(f"{resource.address} lets in {principal['Service']} for anybody")
    return found


def _is_ours_by_condition(resource: Resource, statement: dict[str, Any]) -> bool:
    """Whether an endpoint lets pass this account's own only, or layers of images, which AWS signs for."""
    if resource.type != "aws_vpc_endpoint":
        return False
    tied = statement.get("Condition", {}).get("StringEquals", {})
    layers = all("-starport-layer-bucket/" in one for one in several(statement["Resource"]))
    return layers or {"aws:PrincipalAccount", "aws:ResourceAccount"} <= tied.keys()


def conditions_can_be_met(resources: Iterable[Resource]) -> list[str]:
    """What AWS does not promise to say is compared only where it is said; else nobody would be let in."""
    return [
        f"{resource.address} demands {operator} of {statement['Principal']['Service']}"
        for resource, statement in statements(resources)
        if statement["Effect"] == "Allow" and isinstance(statement.get("Principal"), dict)
        if statement["Principal"].get("Service") in _SAYS_NOT_FOR_WHOM
        for operator in statement.get("Condition", {})
        if not operator.endswith("IfExists")
    ]


def only_tls(resources: Iterable[Resource]) -> list[str]:
    """Buckets, topics and queues refuse what does not come by TLS."""
    held = list(resources)
    refusing = {
        resource.address
        for resource, statement in statements(held)
        if statement["Effect"] == "Deny"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        and statement["Principal"] == "*"
    }
    kinds = {
        "aws_s3_bucket": "aws_s3_bucket_policy",
        "aws_sns_topic": "aws_sns_topic_policy",
        "aws_sqs_queue": "aws_sqs_queue_policy",
    }
    careful = Counter(_module(one) for one in held if one.type in kinds.values() and one.address in refusing)
    kept = Counter(_module(one) for one in held if one.type in kinds)
    return [f"{module} takes what is not TLS" for module, number in kept.items() if careful[module] < number]


def _module(resource: Resource) -> str:
    return resource.address.rsplit(f".{resource.type}.", 1)[0]
