"""What a month of traffic costs in an environment, beside what it costs while idle.

Traffic is spread evenly over the month but for the tasks, which follow its peak. The plan decides which way
calls come (CloudFront or the load balancer), which way logs go, and which replicas are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from slipway.costs.functions import FunctionUse, api_use, dollars, functions_of
from slipway.costs.idle import Line
from slipway.costs.machines import density, machine_month, preferred_type, runs_on_machines, task_hour
from slipway.costs.planned import PlannedEnvironment, PlannedResource
from slipway.costs.prices import PriceTable, UnknownPrice, price_table, tiered
from slipway.costs.traffic import Traffic

_SECONDS_OF_AN_HOUR = 3600
_CONNECTIONS_OF_A_UNIT = 25  # new ones a second; each call is taken for one
_GIGABYTES_OF_A_UNIT = 1  # an hour
_MILLION = 1e6


def bill_of_use(environment: PlannedEnvironment, traffic: Traffic, *, free_tiers: bool = True) -> list[Line]:
    """Return the items that traffic costs. Raises UnknownPrice for a place or price class without a price."""
    use = _Use(environment, traffic, price_table(), free_tiers)
    lines = [
        *use.edge(),
        *use.way_in(),
        *use.firewalls(),
        *use.tasks(),
        *use.functions(),
        *use.stores(),
        *use.messages(),
        *use.logs(),
    ]
    return [line for line in lines if line.quantity]


@dataclass(frozen=True)
class _Use:
    environment: PlannedEnvironment
    traffic: Traffic
    prices: PriceTable
    free_tiers: bool

    @cached_property
    def _has_front(self) -> bool:
        return bool(self.environment.variables["open_to"] == "cloudfront")

    @cached_property
    def _calls_of_functions(self) -> dict[str, float]:
        """The calls of everybody to each service that runs as functions."""
        return {
            name: self.traffic.all_visits * call.requests
            for name, call in self.traffic.calls.items()
            if functions_of(self.environment, name)
        }

    @cached_property
    def _balanced_calls(self) -> float:
        return self.traffic.all_calls - sum(self._calls_of_functions.values())

    @cached_property
    def _balanced_gb(self) -> float:
        """Gigabytes that the load balancer passes on."""
        sizes = {name: call.kilobytes / 1024**2 for name, call in self.traffic.calls.items()}
        return self.traffic.call_gb - sum(
            calls * sizes[name] for name, calls in self._calls_of_functions.items()
        )

    @cached_property
    def _edge_requests(self) -> float:
        pages = self.traffic.all_visits * self.traffic.page.requests
        return pages + (self.traffic.all_calls if self._has_front else 0)

    def edge(self) -> Iterator[Line]:
        """CloudFront: bytes, requests, and the function that each request of a page passes."""
        gigabytes = self.traffic.page_gb + (self.traffic.call_gb if self._has_front else 0)
        place = self.prices.served_from(self.traffic.place, self.environment.variables["price_class"])
        negotiated = self.traffic.dollars_per_gb
        tiers = self.prices.edge_gb(place) if negotiated is None else [(float("inf"), negotiated)]
        billed = self._beyond("edge_gb", gigabytes)
        yield Line("GB from CloudFront", round(gigabytes, 3), tiered(billed, tiers))
        requests = self._beyond("edge_requests", self._edge_requests)
        yield self._million(
            "CloudFront requests", self._edge_requests, requests * self.prices.edge_request(place)
        )
        if self.environment.of("aws_cloudfront_function"):
            invocations = self.traffic.all_visits * self.traffic.page.requests
            billed = self._beyond("edge_functions", invocations)
            dollars = billed / _MILLION * self.prices.used("edge_function_million")
            yield self._million("invocations at the edge", invocations, dollars)

    def way_in(self) -> Iterator[Line]:
        """The load balancer's capacity, and bytes that leave the region without CloudFront."""
        hours = self.prices.hours
        a_second = self._balanced_calls / hours / _SECONDS_OF_AN_HOUR
        units = max(a_second / _CONNECTIONS_OF_A_UNIT, self._balanced_gb / hours / _GIGABYTES_OF_A_UNIT)
        if self.environment.of("aws_lb"):
            dollars = units * hours * self.prices.used("capacity_unit_hour")
            yield Line("load balancer capacity unit", round(units, 4), dollars)
        if not self._has_front:
            billed = self._beyond("internet_gb", self.traffic.call_gb)
            yield Line(
                "GB from the region", round(self.traffic.call_gb, 3), tiered(billed, self.prices.internet())
            )

    def firewalls(self) -> Iterator[Line]:
        """Every request is looked at by each firewall that it passes, in one region."""
        asked = {"CLOUDFRONT": self._edge_requests, "REGIONAL": self._balanced_calls}
        scopes = {one.values["scope"] for one in self.environment.of("aws_wafv2_web_acl")}
        seen = sum(asked[scope] for scope in scopes)
        dollars = seen / _MILLION * self.prices.used("firewall_million")
        yield self._million("requests that a firewall sees", seen, dollars)

    def tasks(self) -> Iterator[Line]:
        """Tasks above the floor of each web role, in the third of the month that is busy."""
        found = list(self._added())
        dollars = sum(dollars for _, dollars in found)
        yield Line("task above the floor", round(sum(count for count, _ in found), 2), dollars)

    def functions(self) -> Iterator[Line]:
        """HTTP APIs by the call; functions by the call, and by their memory for as long as each takes."""
        uses = [
            api_use(self.environment, name, calls, self.traffic.calls[name].milliseconds)
            for name, calls in self._calls_of_functions.items()
        ]
        calls, memory = sum(one.calls for one in uses), sum(one.gib_seconds for one in uses)
        yield self._used_million("calls of HTTP APIs", calls, "http_api_million")
        billed = FunctionUse(self._beyond("functions", calls), self._beyond("function_gib_seconds", memory))
        for_calls, for_memory = dollars(self.environment, billed, self.prices)
        yield self._million("calls of functions", calls, for_calls)
        yield Line("GiB-seconds of functions", round(memory, 1), for_memory)

    def _added(self) -> Iterator[tuple[float, float]]:
        floors = {
            (one.module, one.key): one.values for one in self.environment.of("aws_appautoscaling_target")
        }
        sizes = {(one.module, one.key): one.values for one in self.environment.of("aws_ecs_task_definition")}
        for service, call in self.traffic.calls.items():
            if service in self._calls_of_functions:
                continue
            policy = self._policy(service)
            asked = self.traffic.all_visits * call.requests / self.prices.hours / _SECONDS_OF_AN_HOUR
            [tracking] = policy.values["target_tracking_scaling_policy_configuration"]
            target, size = floors[policy.module, policy.key], sizes[policy.module, policy.key]
            wanted = min(ceil(asked * self.traffic.peak / tracking["target_value"]), target["max_capacity"])
            added = max(0, wanted - target["min_capacity"]) / 3
            yield added, added * self._task_month(policy, int(size["cpu"]) / 1024, int(size["memory"]) / 1024)

    def _task_month(self, policy: PlannedResource, vcpu: float, gib: float) -> float:
        """What a task more costs in a month: on Fargate its size, on a machine its part of a full one."""
        services = {(one.module, one.key): one for one in self.environment.of("aws_ecs_service")}
        if runs_on_machines(services[policy.module, policy.key]):
            [group] = self.environment.of("aws_autoscaling_group")
            return machine_month(preferred_type(group)) / (density(preferred_type(group), vcpu, gib) or 1)
        return task_hour(self.environment, vcpu, gib) * self.prices.hours * self._spot_discount

    @cached_property
    def _spot_discount(self) -> float:
        share: float = self.environment.variables["spot_percent"] / 100
        return 1 - share * (1 - self.prices.each("spot_share"))

    def _policy(self, service: str) -> PlannedResource:
        found = [
            one
            for one in self.environment.of("aws_appautoscaling_policy")
            if one.module == f'module.service["{service}"]' and ".requests[" in one.address
        ]
        if not found:
            raise UnknownPrice(f"the traffic has calls to {service}, and no service of that name takes calls")
        return found[0]

    def stores(self) -> Iterator[Line]:
        """Tables, with a write for each region that holds a replica, and buckets."""
        given = self.environment.variables
        copies = 1 + len({*given["table_replicas"], *(given.get("regions") or {})})
        reads, writes = self.traffic.of_calls("table_reads"), self.traffic.of_calls("table_writes") * copies
        yield self._used_million("reads of tables", reads, "table_read_million")
        yield self._used_million("writes of tables", writes, "table_write_million")
        tables = self.traffic.kept.table_gb * copies
        yield Line("GB in tables", tables, self._beyond("table_gb", tables) * self.prices.used("table_gb"))
        kept = self.traffic.kept.object_gb
        yield Line("GB in buckets", kept, kept * self.prices.used("object_gb"))
        yield self._used_million("uploads", self.traffic.kept.uploads, "object_put_million")
        fetched = self.traffic.all_visits * self.traffic.page.requests * (1 - self.traffic.page.cached)
        yield self._used_million("objects that the edge fetches", fetched, "object_get_million")

    def messages(self) -> Iterator[Line]:
        """Each message is published once, and sent, received and deleted in its queue."""
        published = self.traffic.of_calls("messages")
        for item, count, free, price in (
            ("messages published", published, "topic_requests", "topic_million"),
            ("requests of queues", published * 3, "queue_requests", "queue_million"),
        ):
            dollars = self._beyond(free, count) / _MILLION * self.prices.used(price)
            yield self._million(item, count, dollars)

    def logs(self) -> Iterator[Line]:
        """What is written, and the way that it takes out of the network."""
        gigabytes = self.traffic.of_calls("log_kilobytes") / 1024**2
        yield Line(
            "GB of logs", round(gigabytes, 3), self._beyond("log_gb", gigabytes) * self.prices.used("log_gb")
        )
        endpoints = self.environment.variables["network"].get("endpoints") or []
        item, price = ("endpoint", "endpoint_gb") if "logs" in endpoints else ("NAT", "nat_gb")
        yield Line(f"GB of logs through {item}", round(gigabytes, 3), gigabytes * self.prices.used(price))

    def _beyond(self, name: str, quantity: float) -> float:
        return max(0.0, quantity - (self.prices.free(name) if self.free_tiers else 0))

    def _used_million(self, item: str, quantity: float, price: str) -> Line:
        return self._million(item, quantity, quantity / _MILLION * self.prices.used(price))

    def _million(self, item: str, quantity: float, dollars: float) -> Line:
        return Line(f"million {item}", round(quantity / _MILLION, 4), dollars)
