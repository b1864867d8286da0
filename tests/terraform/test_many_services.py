"""A suite that has grown: no limit of AWS is met before the limits are said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.terraform import test_properties
from tests.terraform.conftest import Once
from tests.terraform.plans import Plan, planned
from tests.terraform.terraform import Terraform, copy_manifests, plan_arguments

from slipway.manifest import load_all

_MANIFEST = """
name: extra{number}
description: One of many services, which exist for a test.
subdomain: extra{number}
roles:
  api: {{kind: web}}
"""


@pytest.fixture(scope="module")
def with_many(terraform: Terraform, suite: Path, once: Once) -> tuple[Plan, Path]:
    """Staging's plan (its hosts are CloudFront's too) with twelve folders more, and the folder above them."""

    def make(root: Path) -> None:
        services = copy_manifests(root)
        for number in range(12):
            (services / f"extra{number}").mkdir()
            (services / f"extra{number}" / "service.yaml").write_text(_MANIFEST.format(number=number))
        arguments = plan_arguments("staging", services=services)
        terraform.must(suite, "plan", f"-out={root / 'plan'}", *arguments)
        (root / "plan.json").write_text(json.dumps(terraform.show(suite, root / "plan")))

    root = once("with-many", make)
    return planned(json.loads((root / "plan.json").read_text())), root


@pytest.mark.parametrize("holds", test_properties.OF_EVERY_PLAN, ids=lambda one: one.__name__)
def test_what_holds_for_few_holds_for_many(
    with_many: tuple[Plan, Path], holds: Callable[[Plan], list[str]]
) -> None:
    assert holds(with_many[0]) == []


@pytest.mark.parametrize("holds", test_properties.OF_PLAN_AND_MANIFESTS, ids=lambda one: one.__name__)
def test_every_manifest_is_followed(with_many: tuple[Plan, Path], holds: Callable[..., list[str]]) -> None:
    plan, root = with_many
    assert holds(plan, load_all(root)) == []
