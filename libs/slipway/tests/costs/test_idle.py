"""What an environment costs while nobody uses it."""

from __future__ import annotations

from libs.slipway.tests.costs.samples import environment

from slipway.costs.idle import idle_bill
from slipway.costs.planned import PlannedEnvironment, PlannedResource
from slipway.costs.table import bill_table


def _with_caches(*nodes: int) -> PlannedEnvironment:
    """Return the small environment with caches of so many nodes."""
    plain, kind = environment(), "aws_elasticache_replication_group"
    caches = [
        PlannedResource(
            f"module.cache_{number}.{kind}.this",
            kind,
            {"num_cache_clusters": count, "node_type": "cache.t4g.micro"},
        )
        for number, count in enumerate(nodes)
    ]
    return PlannedEnvironment([*plain.resources, *caches], plain.variables)


def test_what_stands_twice_in_a_plan_is_one_row_that_counts_both() -> None:
    [cache] = [line for line in idle_bill(_with_caches(2, 1)) if line.item == "cache node"]
    [alone] = [line for line in idle_bill(_with_caches(3)) if line.item == "cache node"]
    assert cache == alone
    assert cache.quantity == 3


def test_the_rows_of_a_bill_come_to_what_they_are_together() -> None:
    rows = bill_table("idle", {"here": idle_bill(_with_caches(2, 1))}).splitlines()[2:]
    *items, together = (row.split("|")[2].strip() for row in rows)
    assert together == f"**{sum(float(item.split()[0]) for item in items):.0f}**"
