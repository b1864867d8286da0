"""Ways to break a plan on purpose."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.terraform.plans import Plan, Resource

Break = Callable[[Plan], Plan]


def changing(kind: str, **values: Any) -> Break:
    """Give the first resource of a type other values."""

    def broken(plan: Plan) -> Plan:
        first = plan.of(kind)[0]
        changed = replace(first, values={**first.values, **values})
        return replace(plan, resources={**plan.resources, first.address: changed})

    return broken


def without(kind: str, containing: str = "") -> Break:
    """Take away the resources of a type whose address contains a text."""

    def broken(plan: Plan) -> Plan:
        gone = {one.address for one in plan.of(kind) if containing in one.address}
        assert gone, f"there is no {kind} like {containing}"
        return replace(plan, resources={key: one for key, one in plan.resources.items() if key not in gone})

    return broken


def adding(address: str, kind: str, **values: Any) -> Break:
    """Add a resource that should not be."""

    def broken(plan: Plan) -> Plan:
        return replace(plan, resources={**plan.resources, address: Resource(address, kind, values, {})})

    return broken


def ungiven(kind: str, attribute: str, containing: str = "") -> Break:
    """Leave an attribute out of the first resource of a type whose address contains a text."""

    def broken(plan: Plan) -> Plan:
        first = next(one for one in plan.of(kind) if containing in one.address)
        kept = {key: value for key, value in first.expressions.items() if key != attribute}
        return replace(plan, resources={**plan.resources, first.address: replace(first, expressions=kept)})

    return broken


def within(kind: str, change: Callable[[dict[str, Any]], Any], containing: str = "") -> Break:
    """Change the values of the first resource of a type in depth."""

    def broken(plan: Plan) -> Plan:
        first = next(one for one in plan.of(kind) if containing in one.address)
        values = copy.deepcopy(dict(first.values))
        change(values)
        return replace(plan, resources={**plan.resources, first.address: replace(first, values=values)})

    return broken


def in_container(change: Callable[[dict[str, Any]], Any]) -> Break:
    """Change the container of the web role of the first service."""

    def rewrite(values: dict[str, Any]) -> None:
        [container] = json.loads(values["container_definitions"])
        change(container)
        values["container_definitions"] = json.dumps([container])

    return within("aws_ecs_task_definition", rewrite, '.role["api"]')


def with_statement(kind: str, **statement: Any) -> Break:
    """Put a policy of one statement into the first resource of a type."""
    return changing(
        kind, policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
    )
