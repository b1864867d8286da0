"""What an environment costs while nobody uses it: the resources of its plan times AWS's list prices.

What AWS bills by use alone (requests, bytes, log lines) costs nothing while idle and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import floor
from pathlib import Path

from slipway.costs.functions import clock_use, dollars
from slipway.costs.machines import floor_tasks, machine_month, machines_needed, preferred_type, task_hour
from slipway.costs.planned import PlannedEnvironment
from slipway.costs.prices import UnknownPrice, price_table

_PROXY_LEAST_VCPU = 2
_DISK_GIB = 30

# Types without an idle price. A type that stands neither here nor in `_ITEMS` is refused: somebody has to
# look.
FREE_WHILE_IDLE = frozenset(Path(__file__).with_name("free_while_idle.txt").read_text().split())

UNPRICED = frozenset({"aws_vpc_encryption_control"})
"""Billed by the hour at a price we could not look up; the guide says so."""


@dataclass(frozen=True)
class Line:
    """One item of the bill: how many of what, and US dollars a month for all of them."""

    item: str
    quantity: float
    dollars: float


def idle_bill(environment: PlannedEnvironment) -> list[Line]:
    """Return the items that cost something while idle. Raises UnknownPrice for a type or size without one."""
    unknown = {one.type for one in environment.resources} - FREE_WHILE_IDLE - UNPRICED - _ITEMS.keys()
    if unknown:
        raise UnknownPrice(f"no price and not known to be free: {', '.join(sorted(unknown))}")
    lines = [line for count in _ITEMS.values() for line in count(environment)]
    return [line for line in _by_item(lines) if line.quantity]


def _by_item(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield one line for each item: two databases, or a cache in each of two regions, are one row."""
    items: dict[str, list[Line]] = {}
    for line in lines:
        items.setdefault(line.item, []).append(line)
    for item, of_it in items.items():
        yield Line(item, sum(line.quantity for line in of_it), sum(line.dollars for line in of_it))


def _hourly(item: str, quantity: float, dollars_an_hour: float) -> Line:
    return Line(item, quantity, quantity * dollars_an_hour * price_table().hours)


def _each(
    item: str, kind: str, price: str, *, units: float = 1
) -> Callable[[PlannedEnvironment], Iterator[Line]]:
    def count(environment: PlannedEnvironment) -> Iterator[Line]:
        quantity = len(environment.of(kind))
        dollars = units * price_table().each(price) * (price_table().hours if price.endswith("_hour") else 1)
        yield Line(item, quantity, quantity * dollars)

    return count


def _load_balancer(environment: PlannedEnvironment) -> Iterator[Line]:
    balancers = environment.of("aws_lb")
    yield _hourly("load balancer", len(balancers), price_table().each("load_balancer_hour"))
    zones = sum(len(balancer.values["subnets"]) for balancer in balancers)
    addresses = zones + len(environment.of("aws_eip"))
    yield _hourly("public IPv4 address", addresses, price_table().each("address_hour"))


def _endpoints(environment: PlannedEnvironment) -> Iterator[Line]:
    interfaces = [
        one for one in environment.of("aws_vpc_endpoint") if one.values["vpc_endpoint_type"] == "Interface"
    ]
    places = sum(len(one.values["subnet_ids"]) for one in interfaces)
    yield _hourly("interface endpoint in a zone", places, price_table().each("endpoint_hour"))


def _tasks(environment: PlannedEnvironment) -> Iterator[Line]:
    """The tasks of every role's floor, on Fargate Spot where all tasks are; those on machines are free."""
    spot = environment.variables["spot_percent"] == 100
    on_fargate = [one for one in floor_tasks(environment) if not one.on_machines]
    hours = sum(one.count * task_hour(environment, one.vcpu, one.gib) for one in on_fargate)
    dollars = hours * price_table().hours * (price_table().each("spot_share") if spot else 1)
    yield Line(
        "task on Fargate Spot" if spot else "task on Fargate", sum(one.count for one in on_fargate), dollars
    )


def _machines(environment: PlannedEnvironment) -> Iterator[Line]:
    """As many machines as the floors need, each with its disk; the first ones are never Spot."""
    disks = 0
    for group in environment.of("aws_autoscaling_group"):
        [mixed] = group.values["mixed_instances_policy"]
        [shares], preferred = mixed["instances_distribution"], preferred_type(group)
        count = machines_needed(
            preferred,
            [one for one in floor_tasks(environment) if one.on_machines],
            at_least=group.values["min_size"],
            target_percent=_target_percent(environment),
        )
        above = max(0, count - shares["on_demand_base_capacity"])
        on_spot = floor(above * (100 - shares["on_demand_percentage_above_base_capacity"]) / 100)
        month, disks = machine_month(preferred), disks + count
        yield Line("EC2 machine", count - on_spot, (count - on_spot) * month)
        yield Line("EC2 machine on Spot", on_spot, on_spot * month * price_table().each("spot_share"))
    gib = disks * _DISK_GIB
    yield Line("GiB of machines' disks", gib, gib * price_table().each("disk_gib"))


def _target_percent(environment: PlannedEnvironment) -> float:
    [provider] = environment.of("aws_ecs_capacity_provider")
    [group] = provider.values["auto_scaling_group_provider"]
    percent: float = group["managed_scaling"][0]["target_capacity"]
    return percent


def _clock(environment: PlannedEnvironment) -> Iterator[Line]:
    """Functions cost nothing while nobody calls them, but for the clock, which never rests."""
    use = clock_use(environment, price_table().hours)
    yield Line("call of a function by the clock", use.calls, sum(dollars(environment, use, price_table())))


def _database(environment: PlannedEnvironment) -> Iterator[Line]:
    for one in environment.of("aws_db_instance"):
        copies = 2 if one.values["multi_az"] else 1
        hour = price_table().size("database_hour", one.values["instance_class"])
        yield _hourly("database server", copies, hour)
        storage = copies * one.values["allocated_storage"]
        yield Line("GiB of the database", storage, storage * price_table().each("database_gib"))


def _aurora(environment: PlannedEnvironment) -> Iterator[Line]:
    for one in environment.of("aws_rds_cluster"):
        members = len(
            [each for each in environment.of("aws_rds_cluster_instance") if each.module == one.module]
        )
        units = members * one.values["serverlessv2_scaling_configuration"][0]["min_capacity"]
        yield _hourly("Aurora capacity unit", units, price_table().each("aurora_unit_hour"))


def _cache(environment: PlannedEnvironment) -> Iterator[Line]:
    for one in environment.of("aws_elasticache_replication_group"):
        nodes = one.values["num_cache_clusters"]
        yield _hourly("cache node", nodes, price_table().size("cache_hour", one.values["node_type"]))


def _alarms(environment: PlannedEnvironment) -> Iterator[Line]:
    """An alarm costs by the metrics that it reads; a policy that tracks a target keeps two alarms."""
    watched = sum(
        len([query for query in one.values.get("metric_query") or [] if query.get("metric")]) or 1
        for one in environment.of("aws_cloudwatch_metric_alarm")
    )
    quantity = watched + 2 * len(environment.of("aws_appautoscaling_policy"))
    yield Line("metric that an alarm reads", quantity, quantity * price_table().each("alarm_metric"))


def _secrets(environment: PlannedEnvironment) -> Iterator[Line]:
    """Those of the services, with copies elsewhere, and the master's, which a server keeps itself."""
    own = environment.of("aws_secretsmanager_secret")
    leading = [one for one in environment.of("aws_rds_cluster") if one.values.get("master_username")]
    copies = sum(len(one.values.get("replica") or []) for one in own)
    quantity = len(own) + copies + len(environment.of("aws_db_instance")) + len(leading)
    yield Line("secret", quantity, quantity * price_table().each("secret"))


def _firewalls(environment: PlannedEnvironment) -> Iterator[Line]:
    firewalls = environment.of("aws_wafv2_web_acl")
    yield Line("firewall", len(firewalls), len(firewalls) * price_table().each("web_acl"))
    rules = sum(len(one.values["rule"]) for one in firewalls)
    yield Line("rule of a firewall", rules, rules * price_table().each("web_rule"))


def _counted_elsewhere(_: PlannedEnvironment) -> Iterator[Line]:
    yield from ()


_ITEMS: dict[str, Callable[[PlannedEnvironment], Iterator[Line]]] = {
    "aws_nat_gateway": _each("NAT gateway", "aws_nat_gateway", "nat_gateway_hour"),
    "aws_lb": _load_balancer,
    "aws_eip": _counted_elsewhere,
    "aws_vpc_endpoint": _endpoints,
    "aws_appautoscaling_target": _tasks,
    "aws_autoscaling_group": _machines,
    "aws_ecs_capacity_provider": _counted_elsewhere,
    "aws_lambda_function": _clock,
    "aws_db_instance": _database,
    "aws_rds_cluster_instance": _aurora,
    "aws_db_proxy": _each("database proxy", "aws_db_proxy", "proxy_vcpu_hour", units=_PROXY_LEAST_VCPU),
    "aws_elasticache_replication_group": _cache,
    "aws_wafv2_web_acl": _firewalls,
    "aws_kms_key": _each("KMS key", "aws_kms_key", "key"),
    "aws_secretsmanager_secret": _secrets,
    "aws_cloudwatch_metric_alarm": _alarms,
    "aws_appautoscaling_policy": _counted_elsewhere,
    # Billed while log lines come, and health checks never rest.
    "aws_cloudwatch_log_metric_filter": _each(
        "metric of a log", "aws_cloudwatch_log_metric_filter", "log_metric"
    ),
    "aws_cloudwatch_dashboard": _each("dashboard", "aws_cloudwatch_dashboard", "dashboard"),
    "aws_route53_health_check": _each("health check", "aws_route53_health_check", "health_check"),
    "aws_route53_zone": _each("hosted zone", "aws_route53_zone", "zone"),
}
