"""What AWS or its provider refuses only when it is asked: names too long, words it does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.terraform.plans import Plan

# By type: the attribute that is the name, and what it may be.
_NAMES = {
    "aws_cloudfront_cache_policy": ("name", r"[\w-]{1,128}"),
    "aws_cloudfront_function": ("name", r"[\w-]{1,64}"),
    "aws_cloudwatch_dashboard": ("dashboard_name", r"[\w-]{1,255}"),
    "aws_cloudwatch_log_delivery_source": ("name", r"[\w-]{1,60}"),
    "aws_cloudwatch_metric_alarm": ("alarm_name", r"[\w./-]{1,255}"),
    "aws_db_instance": ("identifier", r"[a-z](-?[a-z0-9]){0,62}"),
    "aws_db_proxy": ("name", r"[a-z](-?[a-z0-9]){0,62}"),
    "aws_dynamodb_table": ("name", r"[\w.-]{3,255}"),
    "aws_ecr_repository": ("name", r"[a-z0-9]+([._/-][a-z0-9]+)*"),
    "aws_ecs_cluster": ("name", r"[\w-]{1,255}"),
    "aws_ecs_service": ("name", r"[\w-]{1,255}"),
    "aws_ecs_task_definition": ("family", r"[\w-]{1,255}"),
    "aws_elasticache_replication_group": ("replication_group_id", r"[a-z](-?[a-z0-9]){0,39}"),
    "aws_cloudwatch_event_rule": ("name", r"[\w.-]{1,64}"),
    "aws_lambda_function": ("function_name", r"[\w-]{1,64}"),
    "aws_iam_role": ("name", r"[\w+=,.@-]{1,64}"),
    "aws_kms_alias": ("name", r"alias/[\w/-]{1,250}"),
    "aws_lb": ("name", r"[A-Za-z0-9](-?[A-Za-z0-9]){0,31}"),
    "aws_lb_target_group": ("name_prefix", r"[A-Za-z0-9-]{1,6}"),
    "aws_rds_cluster": ("cluster_identifier", r"[a-z](-?[a-z0-9]){0,62}"),
    "aws_s3_bucket": ("bucket", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    "aws_secretsmanager_secret": ("name", r"[\w/+=.@-]{1,512}"),
    "aws_security_group": ("name", r"[\w .:/()#,@\[\]+=&;{}!$*-]{1,255}"),
    "aws_sns_topic": ("name", r"[\w-]{1,256}"),
    "aws_sqs_queue": ("name", r"[\w-]{1,80}"),
    "aws_ssm_parameter": ("name", r"(/[\w.-]+){1,15}"),
    "aws_wafv2_web_acl": ("name", r"[\w-]{1,128}"),
}
_DESCRIPTION = r"[\w .:/()#,@\[\]+=&;{}!$*-]{1,255}"
_DESCRIBED = (
    "aws_security_group",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)


def names_are_as_aws_takes_them(plan: Plan) -> list[str]:
    """Each name has the length and the letters that AWS takes, and so have security groups' descriptions."""
    patterns = [(kind, attribute, pattern) for kind, (attribute, pattern) in _NAMES.items()]
    patterns += [(kind, "description", _DESCRIPTION) for kind in _DESCRIBED]
    return [
        f"{one.address}: {attribute} is {one[attribute]}"
        for kind, attribute, pattern in patterns
        for one in plan.of(kind)
        if not re.fullmatch(pattern, one[attribute] or "", re.ASCII)
    ]


def names_stand_once(plan: Plan) -> list[str]:
    """No two resources of a type and region have the same name."""
    seen: set[tuple[str, str | None, str]] = set()
    found = []
    for kind, (attribute, _) in _NAMES.items():
        if attribute == "name_prefix":
            continue
        for one in plan.of(kind):
            place = (kind, one["region"], one[attribute])
            if place in seen:
                found.append(f"{one.address}: {one[attribute]} is taken")
            seen.add(place)
    return found


def names_in_all_of_aws_are_free(plan: Plan) -> list[str]:
    """A bucket's name is nobody else's anywhere: it has the account's number in it."""
    account = plan.variables["account_id"]
    return [
        f"{one.address}: anybody may have {one['bucket']}"
        for one in plan.of("aws_s3_bucket")
        if not str(one["bucket"]).endswith(f"-{account}")
    ]


def firewalls_can_be_made(plan: Plan) -> list[str]:
    """Headers are in lower case, labels and rules have plain names, no two rules the same priority."""
    found = []
    for acl in plan.of("aws_wafv2_web_acl"):
        priorities = [rule["priority"] for rule in acl["rule"]]
        if len(set(priorities)) != len(priorities):
            found.append(f"{acl.address}: two rules have one priority")
        for header in _under(acl["rule"], "single_header"):
            if not re.fullmatch(r"[0-9a-z_-]{1,40}", header["name"]):
                found.append(f"{acl.address}: header {header['name']}")
        names = [rule["name"] for rule in acl["rule"]]
        names += [label["name"] for rule in acl["rule"] for label in rule["rule_label"] or []]
        found += [f"{acl.address}: {name}" for name in names if not re.fullmatch(r"[\w:-]{1,128}", name)]
    return found


def certificates_have_room(plan: Plan) -> list[str]:
    """ACM puts ten names on a certificate."""
    names = {
        one.address: {one["domain_name"], *one["subject_alternative_names"]}
        for one in plan.of("aws_acm_certificate")
    }
    return [f"{address} has {len(held)} names" for address, held in names.items() if len(held) > 10]


def firewalls_count_few_rates(plan: Plan) -> list[str]:
    """AWS counts ten rates in one firewall and bills each: none is counted that is never reached."""
    found = []
    for acl in plan.of("aws_wafv2_web_acl"):
        limits = {
            rule["name"]: rate["limit"]
            for rule in acl["rule"]
            for rate in _under(rule["statement"], "rate_based_statement")
        }
        if len(limits) > 10:
            found.append(f"{acl.address} counts {len(limits)} rates")
        found += [
            f"{acl.address}: {name} is never reached"
            for name, limit in limits.items()
            if name != "per-address" and limit >= limits["per-address"]
        ]
    return found


def _under(value: Any, key: str) -> Iterator[dict[str, Any]]:
    """Yield every block of a kind, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield from (block for block in inner or [] if block)
            yield from _under(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _under(inner, key)
