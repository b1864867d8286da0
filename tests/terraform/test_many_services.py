"""A suite that has grown: no limit of AWS is met before the limits are said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.terraform import test_properties
from tests.terraform.plans import Plan

from slipway.manifest import load_all


@pytest.fixture(scope="module")
def with_many(grown: Callable[[str], tuple[Plan, Path]]) -> tuple[Plan, Path]:
    """Staging's plan (CloudFront has its hosts too) with thirteen folders more, and the folder above."""
    return grown("staging")


@pytest.mark.parametrize("holds", test_properties.OF_EVERY_PLAN, ids=lambda one: one.__name__)
def test_what_holds_for_few_holds_for_many(
    with_many: tuple[Plan, Path], holds: Callable[[Plan], list[str]]
) -> None:
    assert holds(with_many[0]) == []


@pytest.mark.parametrize("holds", test_properties.OF_PLAN_AND_MANIFESTS, ids=lambda one: one.__name__)
def test_every_manifest_is_followed(with_many: tuple[Plan, Path], holds: Callable[..., list[str]]) -> None:
    plan, root = with_many
    assert holds(plan, load_all(root)) == []


def test_what_manifests_let_be_kept_is_kept_once_for_a_path_and_for_the_longest_time(
    with_many: tuple[Plan, Path],
) -> None:
    plan, root = with_many
    [front] = plan.under("module.front[0]", "aws_cloudfront_distribution")
    kept = [one for manifest in load_all(root).values() for one in manifest.gateway.cache]
    longest = {
        path: max(one.seconds for one in kept if one.path == path) for path in {one.path for one in kept}
    }
    assert [one["path_pattern"] for one in front["ordered_cache_behavior"]] == [
        f"{path}*" for path in sorted(longest)
    ]
    policies = plan.under("module.front[0]", "aws_cloudfront_cache_policy")
    assert sorted(policy["max_ttl"] for policy in policies) == sorted(longest.values())
    assert {policy["default_ttl"] for policy in policies} == {0}


def test_a_dashboard_has_everything_and_never_a_graph_of_nothing(with_many: tuple[Plan, Path]) -> None:
    [board] = with_many[0].under('module.service_dashboard["plenty"]', "aws_cloudwatch_dashboard")
    widgets = json.loads(board["dashboard_body"])["widgets"]
    assert [one["properties"]["title"] for one in widgets if one["type"] == "metric"] == [
        "Processor and memory",
        "Tasks",
        *(f"plenty{number}" for number in range(5)),
        *(f"Table plenty{number}" for number in range(5)),
    ]
