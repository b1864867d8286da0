"""The rows of the table about downloads and pictures."""

from __future__ import annotations

from collections.abc import Sequence

from slipway.bench.rows import Row, cpu, per_second

LARGE, MIDDLE, SMALL = "20 MiB", "1 MiB", "16 KiB"
SIZES = {LARGE: 20 * 1024**2, MIDDLE: 1024**2, SMALL: 16 * 1024}

ROWS: Sequence[Row] = (
    *(
        Row(
            f"edge against nginx with the file on disk, {size}",
            f"edge {size}",
            f"disk {size}",
            figure,
            unit,
            goal,
            most,
        )
        for size in (LARGE, MIDDLE)
        for figure, unit, goal, most in (
            (per_second, "throughput", 0.85, False),
            (cpu, "CPU", 1.18, True),
        )
    ),
    Row(
        "edge against the service sending it, 20 MiB",
        f"edge {LARGE}",
        f"service {LARGE}",
        per_second,
        "throughput",
        1.0,
        False,
    ),
    Row("the same", f"edge {LARGE}", f"service {LARGE}", cpu, "CPU", 1.0),
    Row(
        "signed URL against a public one, 1 MiB",
        f"signed {MIDDLE}",
        f"edge {MIDDLE}",
        per_second,
        "throughput",
        0.6,
        False,
    ),
    Row(
        "signed URL against a public one, 16 KiB",
        f"signed {SMALL}",
        f"edge {SMALL}",
        per_second,
        "throughput",
        0.6,
        False,
    ),
    Row(
        "thumbnails against the bare library",
        "thumbnails",
        "library",
        per_second,
        "per CPU second",
        0.85,
        False,
    ),
    Row(
        "presigning a download against botocore",
        "presign",
        "botocore",
        per_second,
        "per CPU second",
        1.0,
        False,
    ),
)
