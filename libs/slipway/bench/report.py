"""What a run has measured, as a table, as JSON and as a plot."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any

from rich.table import Table

from slipway.bench.rows import ROWS, Row
from slipway.bench.run import Results
from slipway.bench.subjects import Sample
from slipway.terminal import console

HIT_RATIO_AT_LEAST = 0.95
IDLE_MB_AT_MOST = 700
_WORSE_BY = 1.1
_BAR, _LEFT, _WIDTH = 24, 170, 760


def document(results: Results, last: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return all of a run; `last` is the document of an earlier one, for what must not become worse."""
    medians = results.medians()
    goals = goals_of(ROWS, medians)
    return {
        "machine": dict(results.machine),
        "options": asdict(results.options),
        "goals": [*goals, *_of_the_suite(results, last or {})],
        "medians": {name: asdict(one) for name, one in medians.items()},
        "rounds": {name: [asdict(one) for one in samples] for name, samples in results.samples.items()},
        "hit_ratios": list(results.hits),
        "up": {"cold_s": results.up_cold, "warm_s": results.up_warm, "idle_mb": round(results.idle_mb)},
    }


def goals_of(rows: Sequence[Row], medians: Mapping[str, Sample]) -> list[dict[str, Any]]:
    """Return what each row has measured, beside what it is to reach."""
    return [
        {
            "what": row.what,
            "figure": row.unit,
            "of": row.subject,
            "against": row.against,
            "ratio": round(row.ratio(medians), 2),
            "goal": f"{'≤' if row.at_most else '≥'} {row.goal}",
            "reached": row.is_reached(medians),
        }
        for row in rows
    ]


def _of_the_suite(results: Results, last: Mapping[str, Any]) -> list[dict[str, Any]]:
    hits = min(results.hits, default=0.0)
    goals = [_goal("hit ratio of the mix", hits, f"≥ {HIT_RATIO_AT_LEAST}", hits >= HIT_RATIO_AT_LEAST)]
    idle = round(results.idle_mb)
    goals.append(_goal("idle suite, MB", idle, f"≤ {IDLE_MB_AT_MOST}", idle <= IDLE_MB_AT_MOST))
    for name, now in (("cold_s", results.up_cold), ("warm_s", results.up_warm)):
        most = round(last.get("up", {}).get(name, now) * _WORSE_BY, 1)
        goals.append(_goal(f"up, {name.removesuffix('_s')}, s", now, f"≤ {most}", now <= most))
    return goals


def _goal(what: str, measured: float, goal: str, reached: bool) -> dict[str, Any]:
    return {
        "what": what,
        "figure": "",
        "of": "",
        "against": "",
        "ratio": measured,
        "goal": goal,
        "reached": reached,
    }


def table(found: Mapping[str, Any]) -> Table:
    """Return the goals as they are shown on a terminal."""
    shown = console.new_table("", "figure", "measured", "to reach", "")
    for goal in found["goals"]:
        word, style = ("reached", "green") if goal["reached"] else ("missed", "bold red")
        shown.add_row(goal["what"], goal["figure"], f"{goal['ratio']:g}", goal["goal"], f"[{style}]{word}[/]")
    return shown


def write(found: Mapping[str, Any], folder: Path) -> None:
    """Write latest.json and latest.svg into `folder`."""
    write_document(found, folder / "latest.json")
    (folder / "latest.svg").write_text(plot(found), encoding="utf-8")


def write_document(found: Mapping[str, Any], path: Path) -> None:
    """Write the JSON of a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Any] | None:
    """Return the document of the last run that was kept, None without one."""
    path = folder / "latest.json"
    if not path.exists():
        return None
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def plot(found: Mapping[str, Any]) -> str:
    """Return an SVG with a bar of CPU per request for each subject."""
    bars = sorted(
        ((name, one["cpu"]) for name, one in found["medians"].items()), key=lambda bar: float(bar[1])
    )
    longest = max(cpu for _, cpu in bars)
    height = _BAR * (len(bars) + 2)
    size = f'width="{_WIDTH}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="13">',
        f'<rect {size} fill="white"/>',
        f'<text x="8" y="{_BAR - 7}" font-weight="bold">Server CPU per request, µs, all parts</text>',
    ]
    for place, (name, cpu) in enumerate(bars, 1):
        top = place * _BAR + 4
        length = cpu / longest * (_WIDTH - _LEFT - 80)
        lines += [
            f'<text x="{_LEFT - 8}" y="{top + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{length:.1f}" height="{_BAR - 6}" fill="#3b6ea5"/>',
            f'<text x="{_LEFT + length + 6:.1f}" y="{top + 14}">{cpu:,.0f}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"
