"""What a service costs that runs as functions, idle and by its calls."""

from __future__ import annotations

import pytest
from libs.slipway.tests.costs.samples import environment, with_functions

from slipway.costs.idle import Line, idle_bill
from slipway.costs.planned import PlannedEnvironment
from slipway.costs.traffic import Traffic
from slipway.costs.use import bill_of_use

_TEN_MILLION = Traffic.model_validate(
    {"visitors": 1_000_000, "visits": 10, "calls": {"notes": {"requests": 1, "milliseconds": 100}}}
)


def bill(planned: PlannedEnvironment, *, free_tiers: bool = False) -> dict[str, Line]:
    return {one.item: one for one in bill_of_use(planned, _TEN_MILLION, free_tiers=free_tiers)}


def test_each_call_is_paid_at_the_api_and_at_the_function_and_by_how_long_it_takes() -> None:
    found = bill(with_functions())
    assert found["million calls of HTTP APIs"].dollars == pytest.approx(10)
    assert found["million calls of functions"].dollars == pytest.approx(2)
    # Ten million times a tenth of a second of half a gibibyte.
    assert found["GiB-seconds of functions"].quantity == 500_000
    assert found["GiB-seconds of functions"].dollars == pytest.approx(6.6667)


def test_the_free_tiers_of_functions_are_taken_off() -> None:
    found = bill(with_functions(), free_tiers=True)
    assert found["million calls of functions"].dollars == pytest.approx(1.8)
    assert found["GiB-seconds of functions"].dollars == pytest.approx(100_000 * 0.0000133334)


def test_the_other_processor_costs_more() -> None:
    cheap, dear = (bill(with_functions(architecture=one)) for one in ("ARM64", "X86_64"))
    assert cheap["GiB-seconds of functions"].dollars < dear["GiB-seconds of functions"].dollars


def test_what_functions_answer_passes_no_load_balancer_and_no_task() -> None:
    found = bill(with_functions(open_to="internet"))
    assert "load balancer capacity unit" not in found
    assert "task above the floor" not in found
    assert found["million requests that a firewall sees"].quantity == 10  # the pages
    assert "million calls of functions" not in bill(environment())


def test_while_nobody_comes_only_the_clock_calls() -> None:
    idle = {one.item: one for one in idle_bill(with_functions())}
    clock = idle["call of a function by the clock"]
    assert clock.quantity == 730 * 60
    assert 0.1 < clock.dollars < 0.2
    assert "task on Fargate" not in idle
