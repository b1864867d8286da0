"""What an environment costs while nobody uses it: the resources of its plan times AWS's list prices.

`terraform show -json PLAN` goes in, a table in Markdown comes out. What AWS bills by use alone (requests,
bytes, log lines) costs nothing while idle and is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOURS = 730
"""Hours of a month, as AWS's calculator counts them."""

# US dollars for us-east-1, on demand, as written down on 2026-11-21; by the hour where the name says so,
# else by the month.
_NAT_HOUR = 0.045
_ADDRESS_HOUR = 0.005
_LOAD_BALANCER_HOUR = 0.0225
_ENDPOINT_HOUR = 0.01
_VCPU_HOUR = {"ARM64": 0.03238, "X86_64": 0.04048}
_GIB_HOUR = {"ARM64": 0.00356, "X86_64": 0.004445}
_SPOT_SHARE = 0.3
_DATABASE_HOUR = {"db.t4g.micro": 0.016, "db.t4g.small": 0.032, "db.t4g.medium": 0.065, "db.t4g.large": 0.129}
_DATABASE_GIB = 0.115
_PROXY_VCPU_HOUR = 0.015
_PROXY_LEAST_VCPU = 2
_AURORA_UNIT_HOUR = 0.12
_CACHE_HOUR = {"cache.t4g.micro": 0.0128, "cache.t4g.small": 0.0256, "cache.t4g.medium": 0.052}
_KEY = 1.0
_SECRET = 0.4
_ALARM_METRIC = 0.1
_LOG_METRIC = 0.3
_DASHBOARD = 3.0
_WEB_ACL = 5.0
_WEB_RULE = 1.0
_ZONE = 0.5

# Types without an idle price. A type that stands neither here nor in `_ITEMS` is refused: somebody has to
# look.
FREE_WHILE_IDLE = frozenset(Path(__file__).with_name("free_while_idle.txt").read_text().split())

UNPRICED = frozenset({"aws_vpc_encryption_control"})
"""Billed by the hour at a price we could not look up; the paper says so."""


class UnknownPrice(Exception):
    """A plan holds something whose price is not listed here."""


@dataclass(frozen=True)
class Line:
    """One item of the bill: how many of what, and US dollars a month for all of them."""

    item: str
    quantity: float
    dollars: float


@dataclass(frozen=True)
class _Resource:
    address: str
    type: str
    values: Mapping[str, Any]

    @property
    def module(self) -> str:
        """The address of the module that it stands in."""
        return self.address.rpartition(f".{self.type}.")[0]


@dataclass(frozen=True)
class _Environment:
    resources: Sequence[_Resource]
    variables: Mapping[str, Any]

    def of(self, kind: str) -> list[_Resource]:
        return [resource for resource in self.resources if resource.type == kind]


def bill(shown: Mapping[str, Any]) -> list[Line]:
    """Return the items of a plan, as `terraform show -json` tells it, that cost something while idle.

    Raises UnknownPrice for a type or size without a price.
    """
    environment = _Environment(
        resources=[
            _Resource(change["address"], change["type"], change["change"]["after"])
            for change in shown["resource_changes"]
            if change["mode"] == "managed" and change["change"]["after"] is not None
        ],
        variables={name: variable.get("value") for name, variable in shown["variables"].items()},
    )
    strangers = {one.type for one in environment.resources} - FREE_WHILE_IDLE - UNPRICED - _ITEMS.keys()
    if strangers:
        raise UnknownPrice(f"no price and not known to be free: {', '.join(sorted(strangers))}")
    lines = [line for count in _ITEMS.values() for line in count(environment)]
    return [line for line in lines if line.quantity]


def table(bills: Mapping[str, Sequence[Line]]) -> str:
    """Return the bills of several environments beside one another as a table in Markdown."""
    items = list(dict.fromkeys(line.item for lines in bills.values() for line in lines))
    rows = [_row(item, [_cell(item, lines) for lines in bills.values()]) for item in items]
    sums = [f"**{sum(line.dollars for line in lines):.0f}**" for lines in bills.values()]
    head = [_row("US dollars a month, idle", list(bills)), "|---|" + "---:|" * len(bills)]
    return "\n".join([*head, *rows, _row("**together**", sums)])


def _row(first: str, rest: Iterable[str]) -> str:
    return f"| {' | '.join([first, *rest])} |"


def _cell(item: str, lines: Sequence[Line]) -> str:
    found = [line for line in lines if line.item == item]
    return f"{found[0].dollars:.2f} ({found[0].quantity:g})" if found else "-"


def _priced(prices: Mapping[str, float], size: str) -> float:
    if size not in prices:
        raise UnknownPrice(f"no price for {size}; known are {', '.join(sorted(prices))}")
    return prices[size]


def _each(item: str, price: float, kind: str) -> Callable[[_Environment], Iterator[Line]]:
    def count(environment: _Environment) -> Iterator[Line]:
        quantity = len(environment.of(kind))
        yield Line(item, quantity, quantity * price)

    return count


def _load_balancer(environment: _Environment) -> Iterator[Line]:
    balancers = environment.of("aws_lb")
    yield Line("load balancer", len(balancers), len(balancers) * _LOAD_BALANCER_HOUR * HOURS)
    zones = sum(len(balancer.values["subnets"]) for balancer in balancers)
    addresses = zones + len(environment.of("aws_eip"))
    yield Line("public IPv4 address", addresses, addresses * _ADDRESS_HOUR * HOURS)


def _endpoints(environment: _Environment) -> Iterator[Line]:
    interfaces = [
        one for one in environment.of("aws_vpc_endpoint") if one.values["vpc_endpoint_type"] == "Interface"
    ]
    places = sum(len(one.values["subnet_ids"]) for one in interfaces)
    yield Line("interface endpoint in a zone", places, places * _ENDPOINT_HOUR * HOURS)


def _tasks(environment: _Environment) -> Iterator[Line]:
    """The tasks of every role's floor, on Fargate Spot where all tasks are."""
    definitions = {
        (one.module, _key(one.address)): one.values for one in environment.of("aws_ecs_task_definition")
    }
    spot = environment.variables["spot_percent"] == 100
    architecture = environment.variables["architecture"]
    tasks, dollars = 0, 0.0
    for target in environment.of("aws_appautoscaling_target"):
        definition = definitions[target.module, _key(target.address)]
        hour = (
            int(definition["cpu"]) / 1024 * _VCPU_HOUR[architecture]
            + int(definition["memory"]) / 1024 * _GIB_HOUR[architecture]
        )
        tasks += target.values["min_capacity"]
        dollars += target.values["min_capacity"] * hour * HOURS * (_SPOT_SHARE if spot else 1)
    yield Line("task on Fargate Spot" if spot else "task on Fargate", tasks, dollars)


def _key(address: str) -> str:
    return address.rpartition("[")[2]


def _database(environment: _Environment) -> Iterator[Line]:
    for one in environment.of("aws_db_instance"):
        copies = 2 if one.values["multi_az"] else 1
        hour = _priced(_DATABASE_HOUR, one.values["instance_class"])
        yield Line("database server", copies, copies * hour * HOURS)
        storage = copies * one.values["allocated_storage"]
        yield Line("GiB of the database", storage, storage * _DATABASE_GIB)


def _aurora(environment: _Environment) -> Iterator[Line]:
    for one in environment.of("aws_rds_cluster"):
        members = len(environment.of("aws_rds_cluster_instance"))
        units = members * one.values["serverlessv2_scaling_configuration"][0]["min_capacity"]
        yield Line("Aurora capacity unit", units, units * _AURORA_UNIT_HOUR * HOURS)


def _cache(environment: _Environment) -> Iterator[Line]:
    for one in environment.of("aws_elasticache_replication_group"):
        nodes = one.values["num_cache_clusters"]
        yield Line("cache node", nodes, nodes * _priced(_CACHE_HOUR, one.values["node_type"]) * HOURS)


def _alarms(environment: _Environment) -> Iterator[Line]:
    """An alarm costs by the metrics that it reads; a policy that tracks a target keeps two alarms."""
    watched = sum(
        len([query for query in one.values.get("metric_query") or [] if query.get("metric")]) or 1
        for one in environment.of("aws_cloudwatch_metric_alarm")
    )
    quantity = watched + 2 * len(environment.of("aws_appautoscaling_policy"))
    yield Line("metric that an alarm reads", quantity, quantity * _ALARM_METRIC)


def _secrets(environment: _Environment) -> Iterator[Line]:
    """Those of the services, and the master's, which each database server keeps itself."""
    quantity = sum(
        len(environment.of(kind))
        for kind in ("aws_secretsmanager_secret", "aws_db_instance", "aws_rds_cluster")
    )
    yield Line("secret", quantity, quantity * _SECRET)


def _firewalls(environment: _Environment) -> Iterator[Line]:
    firewalls = environment.of("aws_wafv2_web_acl")
    yield Line("firewall", len(firewalls), len(firewalls) * _WEB_ACL)
    rules = sum(len(one.values["rule"]) for one in firewalls)
    yield Line("rule of a firewall", rules, rules * _WEB_RULE)


def _counted_elsewhere(_: _Environment) -> Iterator[Line]:
    yield from ()


_ITEMS: dict[str, Callable[[_Environment], Iterator[Line]]] = {
    "aws_nat_gateway": _each("NAT gateway", _NAT_HOUR * HOURS, "aws_nat_gateway"),
    "aws_lb": _load_balancer,
    "aws_eip": _counted_elsewhere,
    "aws_vpc_endpoint": _endpoints,
    "aws_appautoscaling_target": _tasks,
    "aws_db_instance": _database,
    "aws_rds_cluster_instance": _aurora,
    "aws_db_proxy": _each("database proxy", _PROXY_LEAST_VCPU * _PROXY_VCPU_HOUR * HOURS, "aws_db_proxy"),
    "aws_elasticache_replication_group": _cache,
    "aws_wafv2_web_acl": _firewalls,
    "aws_kms_key": _each("KMS key", _KEY, "aws_kms_key"),
    "aws_secretsmanager_secret": _secrets,
    "aws_cloudwatch_metric_alarm": _alarms,
    "aws_appautoscaling_policy": _counted_elsewhere,
    # Billed while log lines come, and health checks never rest.
    "aws_cloudwatch_log_metric_filter": _each(
        "metric of a log", _LOG_METRIC, "aws_cloudwatch_log_metric_filter"
    ),
    "aws_cloudwatch_dashboard": _each("dashboard", _DASHBOARD, "aws_cloudwatch_dashboard"),
    "aws_route53_zone": _each("hosted zone", _ZONE, "aws_route53_zone"),
}


def main(arguments: Sequence[str]) -> int:
    """Print the table of plans given as NAME=FILE, where FILE is what `terraform show -json` printed."""
    parser = argparse.ArgumentParser(prog="python -m slipway.deploy.costs", description=main.__doc__)
    parser.add_argument("plans", nargs="+", metavar="NAME=FILE")
    bills = {}
    for given in parser.parse_args(arguments).plans:
        name, _, file = given.partition("=")
        try:
            bills[name] = bill(json.loads(Path(file).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError) as error:
            parser.error(f"{given}: not NAME=FILE with the output of `terraform show -json` ({error})")
        except UnknownPrice as error:
            parser.error(f"{name}: {error}; add it to {Path(__file__).name}")
    print(table(bills))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
