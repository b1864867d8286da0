"""What an application that is there already costs: its pages sent from the region, and through CloudFront.

The application's own machines are not in it: they are the same before and after, or fewer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from slipway.costs.idle import Line
from slipway.costs.prices import price_table, tiered
from slipway.costs.traffic import Traffic

_MILLION = 1e6

BEFORE = "from the region"
AFTER = "through CloudFront"


def offloaded_bills(
    traffic: Traffic, *, price_class: str = "PriceClass_All", free_tiers: bool = True
) -> Mapping[str, Sequence[Line]]:
    """Return the two bills, BEFORE and AFTER. Raises UnknownPrice for an unknown place or price class."""
    return {
        BEFORE: list(_from_region(traffic, free_tiers=free_tiers)),
        AFTER: list(_through_edge(traffic, price_class, free_tiers=free_tiers)),
    }


def _from_region(traffic: Traffic, *, free_tiers: bool) -> Iterator[Line]:
    gigabytes = traffic.page_gb
    billed = _beyond("internet_gb", gigabytes, free_tiers=free_tiers)
    yield Line("GB to the internet", round(gigabytes, 2), tiered(billed, price_table().internet()))
    yield _balanced(gigabytes)


def _through_edge(traffic: Traffic, price_class: str, *, free_tiers: bool) -> Iterator[Line]:
    """CloudFront sends the bytes; to fetch them costs requests of Origin Shield and no transfer."""
    prices, gigabytes = price_table(), traffic.page_gb
    requests = traffic.all_visits * traffic.page.requests
    place = prices.served_from(traffic.place, price_class)
    negotiated = traffic.dollars_per_gb
    tiers = prices.edge_gb(place) if negotiated is None else [(float("inf"), negotiated)]
    billed = _beyond("edge_gb", gigabytes, free_tiers=free_tiers)
    yield Line("GB from CloudFront", round(gigabytes, 2), tiered(billed, tiers))
    asked = _beyond("edge_requests", requests, free_tiers=free_tiers)
    yield Line(
        "million CloudFront requests", round(requests / _MILLION, 4), asked * prices.edge_request(place)
    )
    missed = requests * (1 - traffic.page.cached)
    dollars = missed / _MILLION * prices.used("shield_million")
    yield Line("million requests of Origin Shield", round(missed / _MILLION, 4), dollars)
    yield _balanced(gigabytes * (1 - traffic.page.cached))


def _balanced(gigabytes: float) -> Line:
    """The load balancer bills a unit for each gigabyte an hour."""
    prices = price_table()
    units = gigabytes / prices.hours
    dollars = units * prices.hours * prices.used("capacity_unit_hour")
    return Line("load balancer capacity unit", round(units, 3), dollars)


def _beyond(name: str, quantity: float, *, free_tiers: bool) -> float:
    return max(0.0, quantity - (price_table().free(name) if free_tiers else 0))
