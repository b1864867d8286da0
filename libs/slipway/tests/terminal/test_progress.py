"""Progress is a redrawn table on a terminal and plain lines elsewhere."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

import slipway.terminal.progress
from slipway.terminal.progress import LiveTable, PlainLines, shown


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=100)


def plain() -> Console:
    return Console(file=io.StringIO(), width=100)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_elsewhere_each_finished_step_is_a_line_without_colours() -> None:
    console = plain()
    with shown(console, live=True) as progress:
        assert isinstance(progress, PlainLines)
        progress.expect(["cache"])
        progress.report("cache", "working")
        progress.report("cache", "ready", "127.0.0.1:6379")
    assert text(console).split() == ["cache", "ready", "0.0", "s", "127.0.0.1:6379"]


def test_on_a_terminal_a_table_shows_every_step() -> None:
    console = terminal()
    with shown(console, live=True) as progress:
        assert isinstance(progress, LiveTable)
        progress.expect(["cache", "gateway"])
        progress.report("cache", "ready", "127.0.0.1:6379")
    assert "cache" in text(console)
    assert "gateway" in text(console)
    assert "waiting" in text(console)


def test_a_terminal_that_wants_no_redrawing_gets_lines() -> None:
    with shown(terminal(), live=False) as progress:
        assert isinstance(progress, PlainLines)


def test_the_time_of_a_step_stands_still_once_it_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(slipway.terminal.progress, "time", SimpleNamespace(monotonic=lambda: now))
    table = LiveTable()
    table.report("cache", "working")
    now = 102.0
    assert list(table.__rich__().columns[2].cells) == ["2.0 s"]
    now = 103.0
    table.report("cache", "ready")
    now = 109.0
    assert list(table.__rich__().columns[2].cells) == ["3.0 s"]
