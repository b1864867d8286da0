"""An environment as its plan tells of it: resources by type, and the variables that it was planned with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PlannedResource:
    """One managed resource, as it will be."""

    address: str
    type: str
    values: Mapping[str, Any]

    @property
    def module(self) -> str:
        """The address of the module that it stands in."""
        return self.address.rpartition(f".{self.type}.")[0]

    @property
    def key(self) -> str:
        """What `for_each` calls it, in brackets and quotes."""
        return self.address.rpartition("[")[2]


@dataclass(frozen=True)
class PlannedEnvironment:
    """All that a plan leaves in place."""

    resources: Sequence[PlannedResource]
    variables: Mapping[str, Any]

    def of(self, kind: str) -> list[PlannedResource]:
        """Return the resources of a type."""
        return [resource for resource in self.resources if resource.type == kind]


def planned_environment(shown: Mapping[str, Any]) -> PlannedEnvironment:
    """Read what `terraform show -json PLAN` printed. Raises KeyError for anything else."""
    return PlannedEnvironment(
        resources=[
            PlannedResource(change["address"], change["type"], change["change"]["after"])
            for change in shown["resource_changes"]
            if change["mode"] == "managed" and change["change"]["after"] is not None
        ],
        variables={name: variable.get("value") for name, variable in shown["variables"].items()},
    )
