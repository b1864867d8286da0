"""What the guide says an idle environment costs is what its plan comes to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.terraform.plans import Plan
from tests.terraform.terraform import ROOT

from slipway.deploy import costs


@pytest.fixture(scope="session")
def shown(plan_of: Callable[[str], Plan], run_folder: Path) -> Callable[[str], dict[str, Any]]:
    """Returns what terraform tells of an environment's plan."""

    def show(environment: str) -> dict[str, Any]:
        plan_of(environment)
        told: dict[str, Any] = json.loads((run_folder / f"{environment}.json").read_text())
        return told

    return show


def test_the_guide_has_the_costs_of_every_environment(shown: Callable[[str], dict[str, Any]]) -> None:
    table = costs.table({name: costs.bill(shown(name)) for name in ("dev", "staging", "prod")})

    assert table in (ROOT / "docs" / "costs.md").read_text(), f"docs/costs.md should have:\n{table}"


def test_the_guide_says_rightly_what_can_be_saved(shown: Callable[[str], dict[str, Any]]) -> None:
    prod = {line.item: line for line in costs.bill(shown("prod"))}
    dev = {line.item: line for line in costs.bill(shown("dev"))}

    def one(item: str) -> float:
        return prod[item].dollars / prod[item].quantity

    guide = (ROOT / "docs" / "costs.md").read_text()
    with_address = one("NAT gateway") + one("public IPv4 address")
    [priced] = [line for line in costs.bill(shown("options")) if line.item == "interface endpoint in a zone"]
    endpoints, all_of_prod = (
        len(_ENDPOINTS) * len(_zones(shown(name))) * priced.dollars / priced.quantity
        for name in ("dev", "prod")
    )
    standby = (prod["database server"].dollars + prod["GiB of the database"].dollars) / 2
    spared = dev["NAT gateway"].quantity * with_address
    without = f"nothing: {spared:.0f}, less {endpoints:.0f} for the endpoints"
    rows = [
        f'`network.nat = "single"` in production | {2 * with_address:.0f} ',
        f'`network.nat = "none"` in production | {3 * with_address:.0f} ',
        f'`network.nat = "none"` in dev | {without} ',
        f"`database.multi_az = false` in production | {standby:.0f} ",
    ]
    assert [row for row in rows if f"| {row}|" not in guide] == []
    # A gigabyte through NAT costs 4.5 cents, through an endpoint one.
    assert f"cost {all_of_prod:.0f} dollars a month" in guide
    assert f"they pay from {all_of_prod / (0.045 - 0.01) / 1000:.1f} TB a month on" in guide


# Those without which the suite cannot do when there is no NAT; variables.tf refuses fewer.
_ENDPOINTS = ("ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "sns", "sqs", "sts")


def _zones(plan: dict[str, Any]) -> list[str]:
    zones: list[str] = plan["variables"]["network"]["value"]["zones"]
    return zones


def test_every_option_has_a_price(shown: Callable[[str], dict[str, Any]]) -> None:
    items = {line.item for line in costs.bill(shown("options"))}

    assert "Aurora capacity unit" in items
    assert "NAT gateway" not in items


def test_what_nobody_has_priced_is_refused(shown: Callable[[str], dict[str, Any]]) -> None:
    plan = shown("dev")
    surprise = {
        "address": "aws_redshift_cluster.surprise",
        "mode": "managed",
        "type": "aws_redshift_cluster",
        "change": {"after": {}},
    }

    with pytest.raises(costs.UnknownPrice, match="aws_redshift_cluster"):
        costs.bill(plan | {"resource_changes": [*plan["resource_changes"], surprise]})


def test_a_size_without_a_price_is_refused(shown: Callable[[str], dict[str, Any]]) -> None:
    plan = shown("dev")
    servers = [one for one in plan["resource_changes"] if one["type"] == "aws_db_instance"]
    servers[0]["change"]["after"]["instance_class"] = "db.x2g.16xlarge"

    with pytest.raises(costs.UnknownPrice, match=r"db\.x2g\.16xlarge.*known are"):
        costs.bill(plan)


def test_more_tasks_cost_more(shown: Callable[[str], dict[str, Any]]) -> None:
    plan = shown("prod")
    before = sum(line.dollars for line in costs.bill(plan))
    for one in plan["resource_changes"]:
        if one["type"] == "aws_appautoscaling_target":
            one["change"]["after"]["min_capacity"] += 1

    assert sum(line.dollars for line in costs.bill(plan)) > before
