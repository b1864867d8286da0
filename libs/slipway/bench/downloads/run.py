"""A whole run about downloads: everything is loaded in turn, in several rounds."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from slipway.bench import wrk
from slipway.bench.downloads import programs
from slipway.bench.downloads.rows import ROWS
from slipway.bench.downloads.site import DownloadSite
from slipway.bench.processes import machine
from slipway.bench.report import goals_of
from slipway.bench.run import rounds
from slipway.bench.servers import Servers
from slipway.bench.subjects import Sample, median, sample

Say = Callable[[str], None]


@dataclass(frozen=True)
class DownloadOptions:
    """How often and how long each way is loaded, and how many pictures and addresses are made each time."""

    rounds: int = 3
    seconds: float = 4
    pictures: int = 10
    presigned: int = 10_000


QUICK = DownloadOptions(rounds=1, seconds=1, pictures=2, presigned=500)


def run(root: Path, folder: Path, options: DownloadOptions, say: Say) -> dict[str, Any]:
    """Measure everything below `folder`, which is made anew; return the document. Raises Problem."""
    tool = wrk.find(root, root / ".slipway" / "tools")
    facts = machine()
    shutil.rmtree(folder, ignore_errors=True)
    loads = folder / "loads"
    loads.mkdir(parents=True)
    with Servers(folder) as servers:
        site = DownloadSite(root, folder, servers)
        site.start()
        samples: Mapping[str, Sequence[Sample]] = rounds(
            site.subjects,
            lambda subject, seconds: sample(subject, tool, loads, seconds),
            (options.rounds, options.seconds),
            say,
        )
    more, peaks = _programs(root, options, say)
    return _document(facts, options, {**samples, **more}, peaks)


def _programs(
    root: Path, options: DownloadOptions, say: Say
) -> tuple[Mapping[str, Sequence[Sample]], Mapping[str, int]]:
    samples: defaultdict[str, list[Sample]] = defaultdict(list)
    peaks: dict[str, int] = {}
    for number in range(1, options.rounds + 1):
        pictures, peaks = programs.thumbnails(root, options.pictures)
        for name, found in {**pictures, **programs.presigning(root, options.presigned)}.items():
            samples[name].append(found)
            say(f"round {number} {name:<14} {found.per_second:8.1f} per second of processor")
    return samples, peaks


def _document(
    facts: Mapping[str, object],
    options: DownloadOptions,
    samples: Mapping[str, Sequence[Sample]],
    peaks: Mapping[str, int],
) -> dict[str, Any]:
    medians = {name: median(found) for name, found in samples.items()}
    return {
        "machine": dict(facts),
        "options": asdict(options),
        "goals": goals_of(ROWS, medians),
        "medians": {name: asdict(one) for name, one in medians.items()},
        "rounds": {name: [asdict(one) for one in found] for name, found in samples.items()},
        "peak_mib": dict(peaks),
    }
