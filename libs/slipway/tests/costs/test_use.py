"""What traffic costs: the well-known bounds, and what the plan decides."""

from __future__ import annotations

from pathlib import Path

import pytest
from libs.slipway.tests.costs.samples import environment

from slipway.commands.context import ROOT
from slipway.costs.idle import Line
from slipway.costs.prices import UnknownPrice, price_table, tiered
from slipway.costs.traffic import Traffic, read_traffic
from slipway.costs.use import bill_of_use
from slipway.terminal.problems import Problem

_EXAMPLES = ROOT / "infra" / "terraform" / "traffic"
_MANY = {"visitors": 1_000_000, "visits": 10}


def _dollars(lines: list[Line], item: str) -> float:
    return sum(line.dollars for line in lines if line.item == item)


@pytest.mark.parametrize(("name", "dollars"), [("india", 332), ("usa", 50)])
def test_the_known_bounds_of_cloudfront_come_out(name: str, dollars: int) -> None:
    """50,000 visitors, four times a month: a gigabyte has 1024 MB, and no free tier is left."""
    traffic = read_traffic(_EXAMPLES / f"{name}.yaml")
    lines = bill_of_use(environment(), traffic, free_tiers=False)
    assert round(_dollars(lines, "GB from CloudFront")) == dollars


def test_one_server_sends_the_same_for_its_rent_and_each_terabyte_beyond_the_first() -> None:
    gigabytes = read_traffic(_EXAMPLES / "india.yaml").page_gb
    assert round(price_table().server(gigabytes)) == 70
    assert price_table().server(1024) == price_table().server(0) == 60
    assert price_table().server(1024.1) == 70


def test_free_tiers_are_taken_off_once() -> None:
    traffic = read_traffic(_EXAMPLES / "usa.yaml")
    assert _dollars(bill_of_use(environment(), traffic), "GB from CloudFront") == 0
    most = traffic.model_copy(update={"visits": 40})
    with_tier = _dollars(bill_of_use(environment(), most), "GB from CloudFront")
    without = _dollars(bill_of_use(environment(), most, free_tiers=False), "GB from CloudFront")
    assert without - with_tier == pytest.approx(1024 * 0.085)


def test_a_larger_amount_is_cheaper_by_the_gigabyte_and_not_before_its_tier() -> None:
    tiers = [(10.0, 2.0), (30.0, 1.0), (float("inf"), 0.5)]
    assert [tiered(amount, tiers) for amount in (0, 10, 20, 40)] == [0, 20, 30, 45]


def test_who_is_outside_the_price_class_is_served_at_the_price_of_its_cheapest_edge() -> None:
    traffic = Traffic.model_validate({**_MANY, "place": "australia", "page": {"megabytes": 1}})
    far, near = (
        _dollars(bill_of_use(environment(price_class=one), traffic), "GB from CloudFront")
        for one in ("PriceClass_All", "PriceClass_100")
    )
    assert near < far
    assert near == _dollars(
        bill_of_use(environment(), traffic.model_copy(update={"place": "usa"})), "GB from CloudFront"
    )


def test_calls_pass_cloudfront_and_both_firewalls_or_the_regional_one_alone() -> None:
    traffic = Traffic.model_validate({**_MANY, "calls": {"notes": {"requests": 1, "kilobytes": 1000}}})
    fronted, direct = (bill_of_use(environment(open_to=one), traffic) for one in ("cloudfront", "internet"))
    assert _dollars(direct, "GB from the region") > 0
    assert _dollars(fronted, "GB from the region") == 0
    # The page's one request passes the global firewall in either case.
    seen = {"fronted": fronted, "direct": direct}
    counted = {
        name: sum(one.quantity for one in lines if one.item == "million requests that a firewall sees")
        for name, lines in seen.items()
    }
    assert counted == {"fronted": 30, "direct": 20}


def test_a_replica_is_written_and_kept_too() -> None:
    traffic = Traffic.model_validate(
        {**_MANY, "calls": {"notes": {"requests": 1, "table_writes": 1}}, "kept": {"table_gb": 100}}
    )
    one = bill_of_use(environment(), traffic, free_tiers=False)
    two = bill_of_use(environment(table_replicas=["eu-central-1"]), traffic, free_tiers=False)
    for item in ("million writes of tables", "GB in tables"):
        assert _dollars(two, item) == 2 * _dollars(one, item) > 0
    assert _dollars(two, "million reads of tables") == _dollars(one, "million reads of tables")


def test_tasks_follow_the_peak_up_to_their_ceiling() -> None:
    def added(visits: int) -> float:
        traffic = Traffic.model_validate({"visitors": visits, "calls": {"notes": {"requests": 1}}, "peak": 2})
        lines = bill_of_use(environment(), traffic)
        return sum(line.quantity for line in lines if line.item == "task above the floor")

    month = int(price_table().hours * 3600)
    assert added(50 * month) == 0  # 100 a second at the peak: one task
    assert added(100 * month) == pytest.approx(1 / 3, abs=0.01)
    assert added(100_000 * month) == 1  # three above the floor of one, a third of the time


def test_logs_cost_less_on_the_way_through_an_endpoint() -> None:
    traffic = Traffic.model_validate({**_MANY, "calls": {"notes": {"requests": 1, "log_kilobytes": 100}}})
    through = {"nat": "none", "endpoints": ["logs"]}
    nat = _dollars(bill_of_use(environment(), traffic), "GB of logs through NAT")
    endpoint = _dollars(bill_of_use(environment(network=through), traffic), "GB of logs through endpoint")
    assert 0 < endpoint < nat


def test_nothing_costs_nothing() -> None:
    assert bill_of_use(environment(), Traffic(visitors=0), free_tiers=False) == []


def test_a_place_and_a_service_that_are_not_there_are_named() -> None:
    with pytest.raises(UnknownPrice, match=r"atlantis.*known are.*india"):
        bill_of_use(environment(), Traffic(visitors=1, place="atlantis"))
    calls = {"visitors": 1, "calls": {"novels": {"requests": 1}}}
    with pytest.raises(UnknownPrice, match="novels"):
        bill_of_use(environment(), Traffic.model_validate(calls))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("visitors: many", "visitors"),
        ("visitors: 1\nvisitor: 2", "visitor: Extra"),
        ("visitors: -1", "greater than or equal to 0"),
        ("visitors: .inf", "finite"),
        ("visitors: [", "cannot be read"),
        ("", "traffic"),
        ("visitors: 1\npage: {cached: 2}", "page.cached"),
    ],
)
def test_a_traffic_file_that_is_wrong_is_refused_with_the_reason(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "traffic.yaml"
    file.write_text(text)
    with pytest.raises(Problem, match=said):
        read_traffic(file)


@pytest.mark.parametrize("path", sorted(_EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_can_be_read(path: Path) -> None:
    assert read_traffic(path).all_visits == 200_000
