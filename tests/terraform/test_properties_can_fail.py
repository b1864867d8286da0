"""Each property is broken on purpose once: a check that cannot fail says nothing.

A case is a property and what is done to production's plan (or its applied state) so that it no longer holds.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.terraform import test_properties
from tests.terraform.breaking import Break
from tests.terraform.broken_functions import FUNCTION_CASES
from tests.terraform.broken_plans import PLAN_CASES
from tests.terraform.broken_production import APPLIED_CASES, MANIFEST_CASES, POLICY_CASES
from tests.terraform.plans import Plan

from slipway.manifest import Manifest


@pytest.mark.parametrize(("holds", "breaking"), PLAN_CASES)
def test_a_broken_plan_is_noticed(
    holds: Callable[[Plan], list[str]], breaking: Break, plan_of: Callable[[str], Plan]
) -> None:
    assert holds(breaking(plan_of("prod")))


@pytest.mark.parametrize(("holds", "breaking"), FUNCTION_CASES)
def test_a_broken_plan_with_functions_is_noticed(
    holds: Callable[[Plan], list[str]], breaking: Break, plan_of: Callable[[str], Plan]
) -> None:
    assert holds(breaking(plan_of("options")))


@pytest.mark.parametrize(("holds", "breaking"), MANIFEST_CASES)
def test_a_plan_that_leaves_the_manifests_is_noticed(
    holds: Callable[[Plan, dict[str, Manifest]], list[str]],
    breaking: Break,
    plan_of: Callable[[str], Plan],
    manifests: dict[str, Manifest],
) -> None:
    assert holds(breaking(plan_of("prod")), manifests)


@pytest.mark.parametrize(("holds", "breaking"), APPLIED_CASES)
def test_broken_production_is_noticed(
    holds: Callable[[Plan], list[str]], breaking: Break, production: Plan
) -> None:
    assert holds(breaking(production))


@pytest.mark.parametrize(("holds", "breaking"), POLICY_CASES)
def test_a_broken_policy_is_noticed(
    holds: Callable[..., list[str]], breaking: Break, production: Plan
) -> None:
    assert holds(breaking(production).resources.values())


def test_every_property_has_been_broken() -> None:
    cases = (*PLAN_CASES, *FUNCTION_CASES, *MANIFEST_CASES, *APPLIED_CASES, *POLICY_CASES)
    checked = {
        *test_properties.OF_EVERY_PLAN,
        *test_properties.OF_PLAN_AND_MANIFESTS,
        *test_properties.OF_PRODUCTION,
        *test_properties.OF_PRODUCTION_APPLIED,
        *test_properties.OF_POLICIES,
    }
    assert checked == {holds for holds, _ in cases}
