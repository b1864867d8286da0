"""What the guide says an idle environment costs is what its plan comes to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.terraform.plans import Plan
from tests.terraform.terraform import ROOT, Terraform

from slipway.__main__ import cli
from slipway.costs.idle import Line, idle_bill
from slipway.costs.planned import planned_environment
from slipway.costs.prices import UnknownPrice
from slipway.costs.table import bill_table
from slipway.costs.traffic import read_traffic
from slipway.costs.use import bill_of_use


@pytest.fixture(scope="session")
def shown(plan_of: Callable[[str], Plan], run_folder: Path) -> Callable[[str], dict[str, Any]]:
    """Returns what terraform tells of an environment's plan."""

    def show(environment: str) -> dict[str, Any]:
        plan_of(environment)
        told: dict[str, Any] = json.loads((run_folder / f"{environment}.json").read_text())
        return told

    return show


def bill(shown: dict[str, Any]) -> list[Line]:
    return idle_bill(planned_environment(shown))


def test_the_guide_has_the_costs_of_every_environment(shown: Callable[[str], dict[str, Any]]) -> None:
    bills = {name: bill(shown(name)) for name in ("dev", "staging", "prod")}
    guide = (ROOT / "docs" / "costs.md").read_text()

    for table in (bill_table("idle", bills), bill_table("idle", {"prod": bills["prod"]})):
        assert table in guide, f"docs/costs.md should have:\n{table}"


def test_the_guide_has_what_a_month_of_the_example_traffic_costs(
    shown: Callable[[str], dict[str, Any]],
) -> None:
    traffic = read_traffic(ROOT / "infra" / "terraform" / "traffic" / "todos.yaml")
    planned = {name: planned_environment(shown(name)) for name in ("dev", "staging", "prod")}
    table = bill_table("by use", {name: bill_of_use(one, traffic) for name, one in planned.items()})

    assert table in (ROOT / "docs" / "costs.md").read_text(), f"docs/costs.md should have:\n{table}"


def test_the_command_prices_a_plan_that_it_is_given(
    shown: Callable[[str], dict[str, Any]], run_folder: Path
) -> None:
    shown("prod")
    traffic = ROOT / "infra" / "terraform" / "traffic" / "india.yaml"
    words = ["costs", "prod", "--json", "--plan", str(run_folder / "prod.json"), "--traffic", str(traffic)]
    printed = CliRunner().invoke(cli, [*words, "--offload"])

    assert printed.exit_code == 0, printed.output
    told = json.loads(printed.stdout)
    assert told["dollars"]["idle"] == round(sum(line.dollars for line in bill(shown("prod"))), 2)
    assert {line["item"] for line in told["bills"]["by use"]} >= {"GB from CloudFront"}
    assert told["dollars"]["from the region"] > 0 < told["dollars"]["through CloudFront"]


@pytest.mark.long
def test_the_command_plans_an_environment_without_an_account(applying: Terraform) -> None:
    words = [*applying.command[:-1], sys.executable, "-m", "slipway", "costs", "dev"]
    printed = subprocess.run(
        words, check=False, capture_output=True, text=True, timeout=600, cwd=ROOT, env=_without_credentials()
    )

    assert printed.returncode == 0, printed.stderr
    rows = [line for line in printed.stdout.splitlines() if line.startswith("|")]
    guide = (ROOT / "docs" / "costs.md").read_text()
    assert len(rows) > 10
    assert f"| {rows[-1].split('|')[2].strip()} |" in guide


def _without_credentials() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def test_the_guide_says_rightly_what_can_be_saved(shown: Callable[[str], dict[str, Any]]) -> None:
    prod = {line.item: line for line in bill(shown("prod"))}
    dev = {line.item: line for line in bill(shown("dev"))}

    def one(item: str) -> float:
        return prod[item].dollars / prod[item].quantity

    guide = (ROOT / "docs" / "costs.md").read_text()
    with_address = one("NAT gateway") + one("public IPv4 address")
    [priced] = [line for line in bill(shown("options")) if line.item == "interface endpoint in a zone"]
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
    items = {line.item for line in bill(shown("options"))}

    assert items >= {"Aurora capacity unit", "health check"}
    assert "NAT gateway" not in items


def test_the_guide_has_what_a_region_that_stands_by_costs(shown: Callable[[str], dict[str, Any]]) -> None:
    planned = planned_environment(shown("options"))
    there = [one for one in planned.resources if one.values.get("region") == "eu-central-1"]
    table = bill_table("idle", {"eu-central-1": idle_bill(replace(planned, resources=there))})

    assert table in (ROOT / "docs" / "costs.md").read_text(), f"docs/costs.md should have:\n{table}"


def test_what_nobody_has_priced_is_refused(shown: Callable[[str], dict[str, Any]]) -> None:
    plan = shown("dev")
    surprise = {
        "address": "aws_redshift_cluster.surprise",
        "mode": "managed",
        "type": "aws_redshift_cluster",
        "change": {"after": {}},
    }

    with pytest.raises(UnknownPrice, match="aws_redshift_cluster"):
        bill(plan | {"resource_changes": [*plan["resource_changes"], surprise]})


def test_a_size_without_a_price_is_refused(shown: Callable[[str], dict[str, Any]]) -> None:
    plan = shown("dev")
    servers = [one for one in plan["resource_changes"] if one["type"] == "aws_db_instance"]
    servers[0]["change"]["after"]["instance_class"] = "db.x2g.16xlarge"

    with pytest.raises(UnknownPrice, match=r"db\.x2g\.16xlarge.*known are"):
        bill(plan)


def test_more_tasks_cost_more(shown: Callable[[str], dict[str, Any]]) -> None:
    plan = shown("prod")
    before = sum(line.dollars for line in bill(plan))
    for one in plan["resource_changes"]:
        if one["type"] == "aws_appautoscaling_target":
            one["change"]["after"]["min_capacity"] += 1

    assert sum(line.dollars for line in bill(plan)) > before
