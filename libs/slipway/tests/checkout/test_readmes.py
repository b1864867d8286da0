"""The tables of the services' READMEs follow code and manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipway.checkout import readmes
from slipway.terminal.problems import Problem

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A README of todos that may be changed."""
    copy = tmp_path / "README.md"
    copy.write_text(readmes.path(ROOT, "todos").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(readmes, "path", lambda _root, _name: copy)
    return copy


def test_a_table_that_has_drifted_is_said_and_can_be_written(readme: Path) -> None:
    before = readme.read_text()
    readme.write_text(before.replace("| `MAX_TODOS` |", "| `MOST_TODOS` |").replace("`dynamodb:Query`", "x"))
    assert not readmes.is_current(ROOT, "todos")
    readmes.write(ROOT, "todos")
    assert readme.read_text() == before


def test_a_table_that_is_missing_is_put_behind_its_heading(readme: Path) -> None:
    before = readme.read_text()
    rows = [line for line in before.splitlines(keepends=True) if not line.startswith("| `")]
    readme.write_text("".join(rows).replace("| variable | default | what it is |\n|---|---|---|\n", ""))
    readmes.write(ROOT, "todos")
    assert "| `MAX_TODOS` | `10000` | Most to-dos of one account. |" in readme.read_text()


def test_a_readme_without_the_heading_is_told_to_have_it(readme: Path) -> None:
    readme.write_text("# todos\n")
    with pytest.raises(Problem, match="Its environment"):
        readmes.is_current(ROOT, "todos")
