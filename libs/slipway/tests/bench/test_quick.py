"""Every case of the bench runs, on little data and for a moment each; nothing is said about time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slipway.bench import report
from slipway.bench.rows import ROWS
from slipway.bench.run import Options, run
from slipway.bench.stage import Size
from slipway.terminal.progress import Silent

ROOT = Path(__file__).parents[4]
OPTIONS = Options(rounds=1, seconds=1, size=Size(users=4, todos=20, large=60))


@pytest.mark.long
def test_every_case_runs_and_is_answered_well(open_folder: Path) -> None:
    said: list[str] = []
    results = run(ROOT, open_folder / "state", OPTIONS, Silent(), lambda *text: said.append(" ".join(text)))
    medians = results.medians()
    assert {row.subject for row in ROWS} | {row.against for row in ROWS} <= medians.keys() | {""}
    assert {name: one.wrong for name, one in medians.items() if one.wrong} == {}
    assert all(one.cpu > 0 for one in medians.values())
    report.write(report.document(results, None), open_folder / "results")
    assert json.loads((open_folder / "results" / "latest.json").read_text("utf-8"))["goals"]
    assert "<svg" in (open_folder / "results" / "latest.svg").read_text("utf-8")
