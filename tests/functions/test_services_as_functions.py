"""A service that runs as Lambda functions passes the same tests from outside."""

from __future__ import annotations

import pytest
from tests.scaffold.checkout import Checkout

from slipway.commands.context import ROOT
from slipway.manifest import load_all

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

_WITH_TESTS = [name for name in load_all(ROOT) if (ROOT / "services" / name / "tests" / "https").is_dir()]


@pytest.mark.parametrize("service", _WITH_TESTS)
def test_a_service_as_functions_answers_as_it_does_in_processes(checkout: Checkout, service: str) -> None:
    with checkout.up("--compute", f"{service}=lambda") as status:
        told = checkout.run(
            *(".venv/bin/python", "-m", "pytest", "-q", f"services/{service}/tests/https"),
            SLIPWAY_PORT=str(status["port"]),
            SLIPWAY_CA=str(checkout.authority),
            SLIPWAY_STATE=str(checkout.root / ".slipway"),
        )
    assert " passed" in told
    assert " skipped" not in told
