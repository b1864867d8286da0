"""What an application costs that is put behind CloudFront as it is."""

from __future__ import annotations

import pytest

from slipway.commands.context import ROOT
from slipway.costs.idle import Line
from slipway.costs.offload import AFTER, BEFORE, offloaded_bills
from slipway.costs.prices import UnknownPrice
from slipway.costs.table import bill_table
from slipway.costs.traffic import Traffic, read_traffic

_UPDATES = ROOT / "infra" / "terraform" / "traffic" / "updates.yaml"


def _of(lines: list[Line], item: str) -> Line:
    [found] = [line for line in lines if line.item == item]
    return found


def test_the_guide_shows_both_bills_of_the_example() -> None:
    shown = bill_table("by use", offloaded_bills(read_traffic(_UPDATES)))
    assert shown in (ROOT / "docs" / "costs.md").read_text(encoding="utf-8")


def test_the_same_bytes_are_sent_by_cloudfront_in_place_of_the_region() -> None:
    bills = offloaded_bills(read_traffic(_UPDATES), free_tiers=False)
    sent = _of(list(bills[BEFORE]), "GB to the internet")
    edge = _of(list(bills[AFTER]), "GB from CloudFront")
    assert sent.quantity == edge.quantity == pytest.approx(50_000 * 4 * 10 / 1024, abs=0.01)
    assert sent.dollars == pytest.approx(sent.quantity * 0.09, abs=0.01)
    assert edge.dollars == pytest.approx(edge.quantity * 0.085, abs=0.01)


def test_the_load_balancer_and_the_shield_see_only_what_the_edges_do_not_have() -> None:
    traffic = read_traffic(_UPDATES)
    bills = offloaded_bills(traffic)
    before = _of(list(bills[BEFORE]), "load balancer capacity unit")
    after = _of(list(bills[AFTER]), "load balancer capacity unit")
    assert after.dollars == pytest.approx(before.dollars * (1 - traffic.page.cached))
    shield = _of(list(bills[AFTER]), "million requests of Origin Shield")
    assert shield.quantity == pytest.approx(50_000 * 4 * 2 * 0.01 / 1e6)


def test_a_place_without_a_price_is_refused() -> None:
    with pytest.raises(UnknownPrice, match="atlantis"):
        offloaded_bills(Traffic(visitors=1, place="atlantis"))
