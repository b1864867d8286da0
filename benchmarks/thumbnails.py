"""Thumbnails per second of processor: the worker's confined renderer against the bare library.

Run `PYTHONPATH=libs:services/media .venv/bin/python benchmarks/thumbnails.py`. Both make the same six
files of one photograph of 12 megapixels. What the renderer needs to start is measured apart and left out.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from media.imaging.render import SIZES
from media.imaging.sandbox import SandboxedRenderer

PICTURES = 20
_SIZE = (4000, 3000)
_QUALITY = {
    "WEBP": {"quality": 80, "method": 2},
    "JPEG": {"quality": 82, "optimize": True, "progressive": True},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One way to make thumbnails: pictures per second of processor, and the most memory that it took."""

    name: str
    per_cpu_second: float
    peak_mib: int


def rows(pictures: int = PICTURES) -> list[Row]:
    """Return both ways; the renderer first, as the peak of its processes is all that is known of theirs."""
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "original")
        source.write_bytes(photograph())
        start, _ = confined(source, 0)
        spent, peak = confined(source, pictures)
        body = source.read_bytes()
    started = time.process_time()
    for _ in range(pictures):
        bare(body)
    alone = time.process_time() - started
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [Row("renderer", pictures / (spent - start), peak), Row("library", pictures / alone, own)]


def photograph() -> bytes:
    """Return a JPEG with detail and noise, as cameras make them."""
    scene = Image.effect_mandelbrot(_SIZE, (-2, -1.2, 1, 1.2), 60).convert("RGB")
    noise = Image.effect_noise(_SIZE, 40).convert("RGB")
    out = io.BytesIO()
    Image.blend(scene, noise, 0.15).save(out, "JPEG", quality=85)
    return out.getvalue()


def confined(source: Path, pictures: int) -> tuple[float, int]:
    """Render in the confined process; return seconds of processor and the largest process's memory in MiB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    renderer = SandboxedRenderer()
    renderer.walls()
    for _ in range(pictures):
        renderer.render(source, source.parent)
    renderer.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, after.ru_maxrss // 1024


def bare(body: bytes) -> None:
    """Make the same files with nothing around the library."""
    with Image.open(io.BytesIO(body)) as picture:
        picture.thumbnail((1024, 1024), Image.Resampling.LANCZOS, reducing_gap=1.5)
        for box in SIZES.values():
            small = picture.copy()
            small.thumbnail((box, box), Image.Resampling.LANCZOS, reducing_gap=2.0)
            for kind, options in _QUALITY.items():
                small.save(io.BytesIO(), kind, **options)


def main() -> None:
    """Print both ways and the share of the library's speed that is left; with a number, so many as JSON."""
    if len(sys.argv) > 1:
        print(json.dumps([asdict(row) for row in rows(int(sys.argv[1]))]))
        return
    renderer, library = rows()
    for row in (renderer, library):
        print(f"{row.name:10}{row.per_cpu_second:8.2f} pictures/CPU s{row.peak_mib:6} MiB at most")
    print(f"{renderer.per_cpu_second / library.per_cpu_second:.2f} of the library's speed")


if __name__ == "__main__":
    main()
