"""Tasks on machines of our own: how many fit, and what that costs against Fargate."""

from __future__ import annotations

import pytest
from libs.slipway.tests.costs.samples import environment, with_machines

from slipway.costs.idle import idle_bill
from slipway.costs.machines import FloorTasks, density, density_table, machines_needed
from slipway.costs.planned import PlannedEnvironment
from slipway.costs.prices import UnknownPrice, price_table


def _dollars(planned: PlannedEnvironment) -> dict[str, float]:
    return {line.item: round(line.dollars, 2) for line in idle_bill(planned)}


@pytest.mark.parametrize(
    ("vcpu", "gib", "fitting"),
    [(1, 2, 2), (0.25, 0.5, 8), (0.5, 4, 1), (0.125, 0.25, 10), (4, 8, 0)],
    ids=["processor", "small", "memory", "network cards", "too large"],
)
def test_what_runs_out_first_says_how_many_fit(vcpu: float, gib: float, fitting: int) -> None:
    assert density("m7g.large", vcpu, gib) == fitting


def test_there_are_as_many_machines_as_the_tasks_fill_to_the_target_and_never_fewer_than_the_least() -> None:
    tasks = [FloorTasks(count=4, vcpu=0.5, gib=1, on_machines=True)]  # four fit on one

    assert machines_needed("m7g.large", tasks, at_least=1, target_percent=100) == 1
    assert machines_needed("m7g.large", tasks, at_least=1, target_percent=90) == 2
    assert machines_needed("m7g.large", tasks, at_least=3, target_percent=90) == 3
    assert machines_needed("m7g.large", [], at_least=0, target_percent=90) == 0


def test_tasks_on_machines_are_billed_by_the_machine_and_not_by_fargate() -> None:
    on_fargate, on_machines = _dollars(environment()), _dollars(with_machines(2))

    assert on_fargate["task on Fargate"] == pytest.approx((0.03238 + 2 * 0.00356) * 730, abs=0.01)
    assert "task on Fargate" not in on_machines
    assert on_machines["EC2 machine"] == pytest.approx(2 * 0.0816 * 730, abs=0.01)
    assert on_machines["GiB of machines' disks"] == pytest.approx(2 * 30 * 0.08)


def test_spot_takes_its_share_of_the_machines_above_those_that_are_never_spot() -> None:
    bill = {line.item: line.quantity for line in idle_bill(with_machines(5, on_demand=1, spot_percent=50))}

    assert (bill["EC2 machine"], bill["EC2 machine on Spot"]) == (3, 2)


def test_the_comparison_says_from_how_many_tasks_a_machine_pays() -> None:
    table = density_table(environment(), "m7g.large")

    # 59.57 dollars for a machine, 28.84 for a task of 1 vCPU and 2 GiB: a third one would not fit.
    assert "| 1 vCPU, 2 GiB | 28.84 | 2 | 29.78 | 8.94 | never on demand |" in table
    assert "| 1 vCPU, 2 GiB | 28.84 | 8 | 29.78 | 8.94 | never on demand |" in density_table(
        environment(), "m7g.2xlarge"
    )


def test_an_unknown_type_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnknownPrice, match=r"x9\.huge.*known are.*m7g\.large"):
        price_table().machine("x9.huge")
