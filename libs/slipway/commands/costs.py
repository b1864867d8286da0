"""`costs`: what an environment costs in AWS, idle and by use."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from slipway.commands import context
from slipway.costs.idle import Line, idle_bill
from slipway.costs.machines import density_table
from slipway.costs.offline import offline_plan
from slipway.costs.offload import offloaded_bills
from slipway.costs.planned import planned_environment
from slipway.costs.prices import FILE, UnknownPrice, price_table
from slipway.costs.table import bill_table
from slipway.costs.traffic import Traffic, read_traffic
from slipway.costs.use import bill_of_use
from slipway.deploy import variables
from slipway.state.locking import exclusive
from slipway.terminal import console
from slipway.terminal.problems import USAGE, Problem


@click.command()
@click.argument("environment")
@click.option(
    "--traffic",
    "traffic_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Also what the month that this YAML file describes costs; examples: infra/terraform/traffic.",
)
@click.option("--free-tiers/--no-free-tiers", default=True, help="Whether the account's free tiers are left.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Price this plan, as `terraform show -json` printed it, in place of a new one.",
)
@click.option(
    "--machine", metavar="TYPE", help="Also compare tasks on Fargate with those on this EC2 type (m7g.large)."
)
@click.option(
    "--offload",
    is_flag=True,
    help="Also compare what the traffic's pages cost from the region and through CloudFront.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def command(
    environment: str,
    traffic_file: Path | None,
    plan_file: Path | None,
    machine: str | None,
    *,
    free_tiers: bool,
    offload: bool,
    as_json: bool,
) -> None:
    """Say what ENVIRONMENT costs a month: while nobody uses it and, with --traffic, by use.

    The environment is planned as if nothing of it were there yet, which needs terraform but no account.
    Prices are those of libs/slipway/costs/prices.toml.
    """
    if offload and traffic_file is None:
        raise click.UsageError("--offload compares what a traffic costs: name one by --traffic FILE")
    traffic = None if traffic_file is None else read_traffic(traffic_file)
    shown = _given(plan_file) if plan_file else _planned(environment)
    try:
        planned = planned_environment(shown)
        bills, offloaded = {"idle": idle_bill(planned)}, dict[str, Sequence[Line]]()
        if traffic:
            bills["by use"] = bill_of_use(planned, traffic, free_tiers=free_tiers)
        if traffic and offload:
            offloaded |= offloaded_bills(
                traffic, price_class=planned.variables["price_class"], free_tiers=free_tiers
            )
        compared = density_table(planned, machine) if machine else ""
    except UnknownPrice as error:
        raise Problem(
            str(error), next_step=f"correct the traffic, or add the price to {FILE.name}"
        ) from error
    except (KeyError, TypeError) as error:
        raise Problem(f"{plan_file or environment}: not a plan of the suite ({error})", code=USAGE) from error
    if as_json:
        console.out.print_json(json.dumps(_document(environment, {**bills, **offloaded})))
    else:
        _show(environment, bills, traffic, [compared, bill_table("by use", offloaded) if offloaded else ""])


def _planned(environment: str) -> Mapping[str, Any]:
    found = variables.read(context.ROOT / "infra" / "terraform" / "environments", environment)
    folder = context.ROOT / ".slipway" / "costs" / environment
    with exclusive(folder / "lock", f"costs {environment}"):
        return offline_plan(context.ROOT, found, folder)


def _given(path: Path) -> Mapping[str, Any]:
    try:
        shown: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(
            f"{path} is no JSON: {error}",
            next_step="write it by `terraform show -json PLAN`",
            code=USAGE,
        ) from error
    return shown


def _document(environment: str, bills: Mapping[str, Sequence[Line]]) -> dict[str, Any]:
    return {
        "environment": environment,
        "prices_of": price_table().written_down.isoformat(),
        "bills": {title: [asdict(line) for line in lines] for title, lines in bills.items()},
        "dollars": {title: round(sum(one.dollars for one in lines), 2) for title, lines in bills.items()},
    }


def _show(
    environment: str, bills: Mapping[str, Sequence[Line]], traffic: Traffic | None, compared: Sequence[str]
) -> None:
    for title, lines in bills.items():
        console.say(bill_table(title, {environment: lines}) + "\n")
    for table in filter(None, compared):
        console.say(table + "\n")
    if traffic:
        gigabytes = traffic.page_gb + traffic.call_gb
        dollars = price_table().server(gigabytes)
        console.say(f"One rented machine would send the same {gigabytes:.0f} GB for {dollars:.0f} dollars.")
    console.say(f"List prices of us-east-1, written down on {price_table().written_down}, without tax.")
