"""A whole run: the suite up, everything loaded in rounds, the suite down."""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from slipway.bench import wrk
from slipway.bench.processes import machine
from slipway.bench.servers import Servers
from slipway.bench.stage import BenchStage, Size
from slipway.bench.subjects import Sample, Subject, median, sample
from slipway.local import lifecycle
from slipway.local.status import inspect
from slipway.local.suite import Suite, SuiteSettings
from slipway.state.ports import pick
from slipway.terminal.progress import Progress

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How long and how much. Every round loads each subject once, so that all see the same machine."""

    rounds: int = 3
    seconds: float = 4
    size: Size = field(default_factory=Size)


@dataclass(frozen=True)
class Results:
    """What a run has measured; times are in seconds, memory in megabytes."""

    machine: Mapping[str, object]
    options: Options
    samples: Mapping[str, Sequence[Sample]]
    hits: Sequence[float]
    up_cold: float
    up_warm: float
    idle_mb: float

    def medians(self) -> dict[str, Sample]:
        """Return the median of each subject's rounds."""
        return {name: median(samples) for name, samples in self.samples.items()}


def run(root: Path, state: Path, options: Options, progress: Progress, say: Say) -> Results:
    """Measure everything in a private suite whose state is in `state`. Raises Problem."""
    tool = wrk.find(root, root / ".slipway" / "tools")
    facts = machine()
    shutil.rmtree(state, ignore_errors=True)
    suite = Suite(root, state, SuiteSettings(port=pick()))
    with lifecycle.locked(suite, "bench"), _running(suite, progress) as up:
        suite = Suite(root, state, suite.settings)  # its ports are known now
        with Servers(suite.layout.logs) as servers:
            stage = BenchStage(suite, servers, options.size)
            say(f"up in {up.cold:.1f} s, again in {up.warm:.1f} s, {up.idle_mb:.0f} MB idle")
            say(f"filling {options.size.users} accounts ...")
            stage.fill()
            samples = _rounds(stage, tool, options, say)
    _warm_up, *hits = stage.hits
    return Results(facts, options, samples, hits, up.cold, up.warm, up.idle_mb)


@dataclass(frozen=True)
class _StartTimes:
    cold: float
    warm: float
    idle_mb: float


@contextmanager
def _running(suite: Suite, progress: Progress) -> Iterator[_StartTimes]:
    """Bring the suite up, down and up again, and down in the end."""
    try:
        cold = _timed(lambda: lifecycle.up(suite, progress))
        lifecycle.down(Suite(suite.root, suite.state, suite.settings), progress)
        warm = _timed(lambda: lifecycle.up(Suite(suite.root, suite.state, suite.settings), progress))
        running = Suite(suite.root, suite.state, suite.settings)
        rows = inspect(running.layout, running.daemon.connect(), running.parts)
        yield _StartTimes(cold, warm, sum(row.memory_bytes for row in rows) / 1e6)
    finally:
        lifecycle.down(Suite(suite.root, suite.state, suite.settings), progress)


def _timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return round(time.monotonic() - started, 1)


def _rounds(stage: BenchStage, tool: wrk.Wrk, options: Options, say: Say) -> dict[str, list[Sample]]:
    folder = stage.suite.state / "bench"
    folder.mkdir(mode=0o700, exist_ok=True)  # tokens are written there
    loads = (options.rounds, options.seconds)
    return rounds(stage.subjects, lambda subject, seconds: sample(subject, tool, folder, seconds), loads, say)


def rounds(
    subjects: Callable[[], Sequence[Subject]],
    load: Callable[[Subject, float], Sample],
    loads: tuple[int, float],
    say: Say,
) -> dict[str, list[Sample]]:
    """Load each subject once a round; `loads` is how many rounds there are, and how long each load is."""
    count, seconds = loads
    samples: defaultdict[str, list[Sample]] = defaultdict(list)
    for subject in subjects():
        load(subject, 1)  # caches are filled, code is warm
    for number in range(1, count + 1):
        for subject in subjects():
            found = load(subject, seconds)
            samples[subject.name].append(found)
            say(
                f"round {number} {subject.name:<14} {found.cpu:8.0f} µs CPU {found.per_second:8.0f}/s"
                f"  p50 {found.p50:7.2f}  p99 {found.p99:7.2f} ms  {found.wrong or ''}"
            )
    return dict(samples)
