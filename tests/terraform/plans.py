"""What an environment consists of: as a plan tells it before, or a state after, asked by resource type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# Attributes that AWS gives to one object of a type and region.
_NAMES = {
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
    "aws_sqs_queue": ("name",),
    "aws_sns_topic": ("name",),
    "aws_wafv2_web_acl": ("name",),
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
            for address in sorted(self.changes["create"] - self.changes["delete"])
            for place in _named(self.resources[address])
            if place in held
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
    )


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
