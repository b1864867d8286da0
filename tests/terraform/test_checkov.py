"""checkov finds nothing in any environment's plan, and each skip has its reason beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.terraform.checkov import install, scan
from tests.terraform.plans import Plan
from tests.terraform.terraform import CONFIGURATION

# These aliases name their targets by an expression, which this check does not follow. A check across
# resources reads no comment beside one.
_NOT_FOLLOWED = tuple(
    f"CKV2_AWS_23 aws_route53_record.{name}[" for name in ("host", "function_origin", "secondary")
)

_SKIP = re.compile(r"#\s*checkov:skip=(\w+)(:(.*))?")


@pytest.fixture(scope="module")
def checkov() -> Path:
    """checkov's interpreter."""
    python = install()
    if python is None:
        pytest.skip("checkov cannot be installed here")
    return python


@pytest.fixture
def report(
    checkov: Path, environment: str, plan_of: Callable[[str], Plan], run_folder: Path, tmp_path: Path
) -> dict[str, Any]:
    """What checkov says of each environment."""
    plan_of(environment)
    return scan(checkov, json.loads((run_folder / f"{environment}.json").read_text()), tmp_path)


def test_nothing_is_found(report: dict[str, Any]) -> None:
    failed = [f"{one['check_id']} {one['resource']}" for one in report["results"]["failed_checks"]]
    assert [one for one in failed if not one.startswith(_NOT_FOLLOWED)] == []
    assert report["summary"]["passed"] > 400


def test_every_skip_has_its_reason() -> None:
    for path in CONFIGURATION.glob("**/*.tf"):
        for check, _, reason in _SKIP.findall(path.read_text()):
            assert len(reason) > 20, f"{path}: {check} is skipped without a reason"
