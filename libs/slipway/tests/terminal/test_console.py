"""What is printed for a program to read is whole, however narrow a terminal would be."""

import pytest
from rich.console import Console

from slipway.terminal import console


def test_a_table_that_is_piped_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    address = "127.0.0.1:" + "9" * 200
    table = console.new_table("part", "address")
    table.add_row("todos", address)
    console.print_table(table)
    assert address in capsys.readouterr().out


def test_a_table_on_a_terminal_keeps_to_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Console(force_terminal=True, width=40)
    monkeypatch.setattr(console, "out", narrow)
    table = console.new_table("part", "address")
    table.add_row("todos", "x" * 200)
    with narrow.capture() as captured:
        console.print_table(table)
    assert "x" * 41 not in captured.get()
