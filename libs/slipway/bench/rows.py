"""The rows of the table: which ratio of which subjects is to reach what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from slipway.bench.subjects import Sample


@dataclass(frozen=True)
class Row:
    """A goal: the ratio of a figure of `subject` to that of `against`, at most or at least `goal`."""

    what: str
    subject: str
    against: str
    figure: Callable[[Sample], float]
    unit: str
    goal: float
    at_most: bool = True

    def ratio(self, medians: Mapping[str, Sample]) -> float:
        """Return the ratio as it was measured; infinite where the other figure is 0."""
        below = self.figure(medians[self.against])
        return self.figure(medians[self.subject]) / below if below else float("inf")

    def is_reached(self, medians: Mapping[str, Sample]) -> bool:
        """Say whether the goal is reached, and every answer was right."""
        if medians[self.subject].wrong or medians[self.against].wrong:
            return False
        ratio = self.ratio(medians)
        return ratio <= self.goal if self.at_most else ratio >= self.goal


def cpu(sample: Sample) -> float:
    """Return the CPU time of a request."""
    return sample.cpu


def _p99(sample: Sample) -> float:
    return sample.p99


def per_second(sample: Sample) -> float:
    """Return how many requests were answered in a second."""
    return sample.per_second


ROWS: Sequence[Row] = (
    Row("cached list of 20, authenticated", "list", "hello", cpu, "CPU", 1.0),
    Row("304 on an unchanged list", "unchanged", "hello", cpu, "CPU", 0.8),
    Row("cached list through the gateway, all parts", "gateway", "paced", cpu, "CPU", 1.2),
    Row("the same", "gateway", "paced", _p99, "p99", 2.0),
    Row("uncached read against cached", "uncached", "list", cpu, "CPU", 8.0, at_most=False),
    Row("read mix 95/5, many users", "mix", "many", per_second, "throughput", 0.8, at_most=False),
    Row("20 of many to-dos against 20 of 20, uncached", "large", "uncached", cpu, "CPU", 1.1),
    Row("write one to-do against one TransactWriteItems", "write", "transact", cpu, "CPU", 1.5),
    Row("FastAPI, SQLModel, Postgres", "starter", "list", cpu, "CPU", 3.0, at_most=False),
    Row("the same with Redis in front", "starter-redis", "list", cpu, "CPU", 1.5, at_most=False),
    Row("lists while 500 sign in against lists alone", "storm", "list", _p99, "p99", 3.0),
)
