from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from slipway.bench import report
from slipway.bench.rows import ROWS
from slipway.bench.run import Options, Results
from slipway.bench.subjects import Sample, median

NAMES = {name for row in ROWS for name in (row.subject, row.against)}


def a_sample(cpu: float = 100.0, wrong: int = 0) -> Sample:
    return Sample(per_second=1000.0, cpu=cpu, p50=1.0, p99=5.0, wrong=wrong)


def results(**changes: Any) -> Results:
    found: dict[str, Any] = {
        "machine": {"cores": 2},
        "options": Options(),
        "samples": {name: [a_sample(), a_sample(300.0), a_sample()] for name in NAMES},
        "hits": [0.96, 0.97],
        "up_cold": 30.0,
        "up_warm": 10.0,
        "idle_mb": 650.4,
    }
    return Results(**(found | changes))


def goal(document: dict[str, Any], what: str) -> dict[str, Any]:
    [found] = [one for one in document["goals"] if one["what"] == what]
    return dict(found)


def test_the_median_of_the_rounds_counts_and_every_wrong_answer() -> None:
    found = median([a_sample(1.0), a_sample(900.0, wrong=2), a_sample(3.0, wrong=1)])
    assert (found.cpu, found.wrong) == (3.0, 3)


def test_a_goal_is_reached_by_its_ratio() -> None:
    samples = {**results().samples, "list": [a_sample(90.0)], "uncached": [a_sample(500.0)]}
    document = report.document(results(samples=samples), None)
    assert goal(document, "cached list of 20, authenticated")["reached"]
    missed = goal(document, "uncached read against cached")
    assert (missed["ratio"], missed["goal"], missed["reached"]) == (5.56, "≥ 8.0", False)


def test_a_goal_is_not_reached_with_wrong_answers() -> None:
    samples = {**results().samples, "list": [a_sample(1.0, wrong=1)]}
    assert not goal(report.document(results(samples=samples), None), "cached list of 20, authenticated")[
        "reached"
    ]


@pytest.mark.parametrize(("now", "reached"), [(32.9, True), (33.1, False)])
def test_coming_up_is_compared_with_the_last_result(now: float, reached: bool) -> None:
    last = {"up": {"cold_s": 30.0, "warm_s": 10.0}}
    assert goal(report.document(results(up_cold=now), last), "up, cold, s")["reached"] is reached


def test_what_is_written_is_read_again_and_its_plot_has_a_bar_for_each(tmp_path: Path) -> None:
    document = report.document(results(), report.read(tmp_path))
    report.write(document, tmp_path)
    assert report.read(tmp_path) == json.loads(json.dumps(document))
    drawn = ET.fromstring((tmp_path / "latest.svg").read_text(encoding="utf-8"))
    texts = {element.text for element in drawn.iter() if element.tag.endswith("text")}
    assert texts >= NAMES
