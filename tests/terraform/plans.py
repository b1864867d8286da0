"""What an environment consists of: as a plan tells it before, or a state after, asked by resource type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


def _configured(module: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in module.get("resources", []):
        yield f"{prefix}{resource['address']}", resource.get("expressions", {})
    for name, call in module.get("module_calls", {}).items():
        yield from _configured(call["module"], f"{prefix}module.{name}.")


def _held(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _held(child)
