"""What is put under load: an address, what is sent there, and the processes that answer it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from slipway.bench import wrk
from slipway.bench.processes import cpu_seconds


@dataclass(frozen=True)
class Subject:
    """One row's load.

    `requests` is asked for anew in each round, as tokens run out. `beside` runs around the load.
    """

    name: str
    url: str
    pids: Callable[[], Sequence[int]]
    requests: Callable[[], Sequence[wrk.BenchRequest]]
    host: str = "127.0.0.1"
    connections: int = 16
    per_second: int = 0
    beside: Callable[[], AbstractContextManager[object]] = nullcontext


@dataclass(frozen=True)
class Sample:
    """One round of one subject. `cpu` is in microseconds per request, the latencies in milliseconds."""

    per_second: float
    cpu: float
    p50: float
    p99: float
    wrong: int


def sample(subject: Subject, tool: wrk.Wrk, folder: Path, seconds: float) -> Sample:
    """Load a subject and return what it took."""
    requests = folder / f"{subject.name}.requests"
    requests.write_text("\n".join(one.line() for one in subject.requests()) + "\n", encoding="utf-8")
    pids = subject.pids()
    before = cpu_seconds(pids)
    with subject.beside():
        load = tool.start(
            subject.url,
            requests,
            host=subject.host,
            seconds=seconds,
            connections=subject.connections,
            per_second=subject.per_second,
        )
        seen = wrk.measured(load)
    used = cpu_seconds(pids) - before
    return Sample(
        per_second=round(seen.per_second, 1),
        cpu=round(used * 1e6 / max(1, seen.requests), 1),
        p50=seen.p50 / 1000,
        p99=seen.p99 / 1000,
        wrong=seen.wrong,
    )


def median(samples: Sequence[Sample]) -> Sample:
    """Return the median of each figure; of wrong answers all."""
    return Sample(
        per_second=statistics.median(one.per_second for one in samples),
        cpu=statistics.median(one.cpu for one in samples),
        p50=statistics.median(one.p50 for one in samples),
        p99=statistics.median(one.p99 for one in samples),
        wrong=sum(one.wrong for one in samples),
    )
