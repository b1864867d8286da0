"""Services that run as functions: what their calls cost, and what the clock that calls their workers does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slipway.costs.planned import PlannedEnvironment, PlannedResource
from slipway.costs.prices import PriceTable

_SECONDS_OF_AN_EMPTY_ROUND = 0.2
_MINUTES_OF_AN_HOUR = 60


@dataclass(frozen=True)
class FunctionUse:
    """So many calls of functions, and the memory that they had for so long."""

    calls: float
    gib_seconds: float


def functions_of(environment: PlannedEnvironment, service: str) -> list[PlannedResource]:
    """Return the functions of a service, none where it runs in tasks."""
    return [
        one for one in environment.of("aws_lambda_function") if one.module == f'module.function["{service}"]'
    ]


def api_use(environment: PlannedEnvironment, service: str, calls: float, milliseconds: float) -> FunctionUse:
    """Return what calls to a service's API take, each for so long."""
    [api] = [
        one
        for one in functions_of(environment, service)
        if one.values["image_config"][0]["command"] == ["function-api"]
    ]
    return FunctionUse(calls, calls * milliseconds / 1000 * _gib(api))


def clock_use(environment: PlannedEnvironment, hours: float) -> FunctionUse:
    """Return what the clock takes in a month: each worker is called every minute, mostly for nothing."""
    rounds = hours * _MINUTES_OF_AN_HOUR
    workers = list(_workers(environment))
    seconds = rounds * _SECONDS_OF_AN_EMPTY_ROUND
    return FunctionUse(rounds * len(workers), sum(seconds * _gib(one) for one in workers))


def dollars(environment: PlannedEnvironment, use: FunctionUse, prices: PriceTable) -> tuple[float, float]:
    """Return what the calls cost and what the memory costs, without a free tier."""
    architecture = environment.variables["architecture"]
    return (
        use.calls / 1e6 * prices.used("function_million"),
        use.gib_seconds * prices.used_by_size("function_gib_second", architecture),
    )


def _workers(environment: PlannedEnvironment) -> Iterator[PlannedResource]:
    for one in environment.of("aws_lambda_function"):
        if one.values["image_config"][0]["command"] == ["function-worker"]:
            yield one


def _gib(function: PlannedResource) -> float:
    return float(function.values["memory_size"]) / 1024
