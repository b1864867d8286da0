"""What is a service's own code and measured in a process of its own: pictures and presigned addresses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from slipway.bench.subjects import Sample
from slipway.terminal.problems import Problem


def thumbnails(root: Path, pictures: int) -> tuple[dict[str, Sample], dict[str, int]]:
    """Return pictures per second of processor with and without what is around the library, and peak MiB."""
    renderer, library = _told(root, "thumbnails.py", pictures)
    samples = {
        "thumbnails": _of_processor(renderer["per_cpu_second"]),
        "library": _of_processor(library["per_cpu_second"]),
    }
    return samples, {"thumbnails": renderer["peak_mib"], "library": library["peak_mib"]}


def presigning(root: Path, calls: int) -> dict[str, Sample]:
    """Return presigned addresses per second of processor, ours and botocore's."""
    rates: dict[str, float] = _told(root, "presigning.py", calls)
    return {name: _of_processor(rate) for name, rate in rates.items()}


def _of_processor(rate: float) -> Sample:
    return Sample(per_second=round(rate, 2), cpu=round(1e6 / rate, 1), p50=0, p99=0, wrong=0)


def _told(root: Path, program: str, count: int) -> Any:
    path = os.pathsep.join(str(root / part) for part in ("libs", "services/media"))
    done = subprocess.run(
        [sys.executable, str(root / "benchmarks" / program), str(count)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Problem(f"benchmarks/{program} failed:\n{done.stderr.strip()}", next_step="")
    return json.loads(done.stdout)
