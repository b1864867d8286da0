"""What an environment consists of: as a plan tells it before, or a state after, asked by resource type."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# Attributes that AWS gives to one object of a type and region.
_NAMES = {
    "aws_cloudfront_cache_policy": ("name",),
    "aws_cloudfront_function": ("name",),
    "aws_cloudfront_key_group": ("name",),
    "aws_cloudfront_response_headers_policy": ("name",),
    "aws_db_instance": ("identifier",),
    "aws_db_parameter_group": ("name",),
    "aws_db_proxy": ("name",),
    "aws_db_subnet_group": ("name",),
    "aws_dynamodb_table": ("name",),
    "aws_cloudwatch_log_group": ("name",),
    "aws_ecs_cluster": ("name",),
    "aws_iam_role": ("name",),
    "aws_kms_alias": ("name",),
    "aws_lb": ("name",),
    "aws_rds_cluster": ("cluster_identifier",),
    "aws_s3_bucket": ("bucket",),
    "aws_secretsmanager_secret": ("name",),
    "aws_security_group": ("name",),
    "aws_service_discovery_http_namespace": ("name",),
    "aws_sqs_queue": ("name",),
    "aws_sns_topic": ("name",),
    "aws_wafv2_web_acl": ("name",),
}

# What AWS does not delete while something names it, or what records lead to; and by which attribute.
_NAMED_BY = {
    "aws_acm_certificate": "arn",
    "aws_cloudfront_cache_policy": "id",
    "aws_cloudfront_distribution": "domain_name",
    "aws_cloudfront_function": "arn",
    "aws_cloudfront_key_group": "id",
    "aws_cloudfront_origin_access_control": "id",
    "aws_cloudfront_public_key": "id",
    "aws_cloudfront_response_headers_policy": "id",
    "aws_db_parameter_group": "name",
    "aws_db_subnet_group": "name",
    "aws_elasticache_parameter_group": "name",
    "aws_elasticache_subnet_group": "name",
    "aws_lb": "dns_name",
    "aws_lb_target_group": "arn",
    "aws_rds_cluster_parameter_group": "name",
    "aws_security_group": "id",
    "aws_service_discovery_http_namespace": "arn",
    "aws_subnet": "id",
    "aws_wafv2_web_acl": "arn",
}
_INDEX = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Resource:
    """One resource. Of a plan, `values` lack what is not known yet; `expressions` say what was configured."""

    address: str
    type: str
    values: Mapping[str, Any]
    expressions: Mapping[str, Any]

    def given(self, attribute: str) -> bool:
        """Whether the configuration sets `attribute` to something, known or not yet."""
        expression = self.expressions.get(attribute)
        if expression is None:
            return False
        if "references" in expression:
            return self.values.get(attribute, "unknown") is not None
        return expression.get("constant_value") is not None

    def __getitem__(self, attribute: str) -> Any:
        return self.values.get(attribute)


@dataclass(frozen=True, repr=False)
class Plan:
    """Managed resources by address, outputs and variables by name, and what each action changes."""

    resources: Mapping[str, Resource]
    outputs: Mapping[str, Any]
    variables: Mapping[str, Any]
    changes: Mapping[str, frozenset[str]]
    before: Mapping[str, Resource] = field(default_factory=dict)
    deleted_first: frozenset[str] = frozenset()
    """What is replaced by deleting it, then making it again: the rest is made, then deleted."""

    def taken_names(self) -> list[str]:
        """Return what is made under a name in AWS that something which is there, or goes then, still has.

        Terraform makes and deletes in no order that a name would follow, but for one address.
        """
        held = {
            place: one.address
            for one in self.before.values()
            for place in _named(one)
            if one.address in self.changes["delete"] or one.address not in self.changes["create"]
        }
        return [
            f"{address} takes the name of {held[place]}"
            for address in sorted(self.changes["create"] - self.deleted_first)
            for place in _named(self.resources[address])
            if place in held
        ]

    def deleted_in_use(self, made_first: Collection[str]) -> list[str]:
        """Return what would be deleted while something that stays still names it.

        AWS refuses that, or the name leads nowhere meanwhile. Terraform deletes before it changes what has
        named it, but for what is `made_first`.
        """
        users = {
            address: json.dumps(self.before[address].values, default=str)
            for address in self.changes["update"]
        }
        return [
            f"{user} still names {address}"
            for address in sorted(self.changes["delete"] - {*made_first})
            for name in [self.before[address][_NAMED_BY.get(self.before[address].type, "")]]
            for user, values in users.items()
            if name and json.dumps(name) in values
        ]

    def of(self, *types: str) -> list[Resource]:
        """Return the resources of some types."""
        return [resource for resource in self.resources.values() if resource.type in types]

    def under(self, module: str, kind: str) -> list[Resource]:
        """Return the resources of a type below a module's address."""
        return [resource for resource in self.of(kind) if resource.address.startswith(f"{module}.")]


def planned(shown: dict[str, Any]) -> Plan:
    """Read `terraform show -json PLAN`."""
    configured = dict(_configured(shown["configuration"]["root_module"], ""))
    managed = [change for change in shown["resource_changes"] if change["mode"] == "managed"]
    changes: dict[str, set[str]] = {"create": set(), "update": set(), "delete": set()}
    for change in managed:
        for action in set(change["change"]["actions"]) & changes.keys():
            changes[action].add(change["address"])
    return Plan(
        resources={
            change["address"]: Resource(
                change["address"],
                change["type"],
                change["change"]["after"],
                configured.get(_INDEX.sub("", change["address"]), {}),
            )
            for change in managed
            if change["change"]["after"] is not None
        },
        outputs={name: output.get("value") for name, output in shown["planned_values"]["outputs"].items()},
        variables={name: variable.get("value") for name, variable in shown["variables"].items()},
        changes={action: frozenset(addresses) for action, addresses in changes.items()},
        before={
            change["address"]: Resource(change["address"], change["type"], change["change"]["before"], {})
            for change in managed
            if change["change"]["before"] is not None
        },
        deleted_first=frozenset(
            change["address"] for change in managed if change["change"]["actions"] == ["delete", "create"]
        ),
    )


def made_first(state: dict[str, Any]) -> set[str]:
    """Return the addresses in a state file of what Terraform makes anew before it deletes it."""
    return {
        ".".join([*([one["module"]] if "module" in one else []), one["type"], one["name"]]) + _index(instance)
        for one in state["resources"]
        for instance in one["instances"]
        if instance.get("create_before_destroy")
    }


def _index(instance: Mapping[str, Any]) -> str:
    return f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""


def applied(shown: dict[str, Any], plan: Plan) -> Plan:
    """Read `terraform show -json` of the state that applying `plan` has left."""
    held = {one["address"]: one for one in _held(shown["values"]["root_module"]) if one["mode"] == "managed"}
    return Plan(
        resources={
            address: Resource(address, one["type"], one["values"], plan.resources[address].expressions)
            for address, one in held.items()
        },
        outputs={name: output.get("value") for name, output in shown["values"]["outputs"].items()},
        variables=plan.variables,
        changes={},
    )


def _named(resource: Resource) -> list[tuple[str, str | None, str]]:
    """Return under which names AWS has one resource of its type in its region."""
    names = (resource[attribute] for attribute in _NAMES.get(resource.type, ()))
    return [(resource.type, resource["region"], name) for name in names if name]


def _configured(module: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in module.get("resources", []):
        yield f"{prefix}{resource['address']}", resource.get("expressions", {})
    for name, call in module.get("module_calls", {}).items():
        yield from _configured(call["module"], f"{prefix}module.{name}.")


def _held(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _held(child)
