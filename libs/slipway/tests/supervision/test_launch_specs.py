"""Launch orders say what runs and whether a running process follows a change by itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from slipway.state.layout import Layout
from slipway.supervision import launch_specs
from slipway.supervision.program import Program


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path, tmp_path / "state")
    layout.make()
    return layout


def server(layout: Layout) -> Program:
    return Program(("/bin/server",), {"A": "1"}, layout.part("server"), version="1", reload_signal="HUP")


def write(layout: Layout, program: Program) -> tuple[str, str]:
    before = launch_specs.write(layout, "server", program, "TERM")
    return before, launch_specs.read(layout, "server")


def test_the_first_order_replaces_none(layout: Layout) -> None:
    before, after = write(layout, server(layout))
    assert before == ""
    assert launch_specs.reload_signal(before, after) == ""


def test_the_same_order_reads_the_same(layout: Layout) -> None:
    write(layout, server(layout))
    before, after = write(layout, server(layout))
    assert before == after


def test_a_new_version_of_its_files_is_read_on_a_signal(layout: Layout) -> None:
    write(layout, server(layout))
    before, after = write(layout, replace(server(layout), version="2"))
    assert launch_specs.reload_signal(before, after) == "HUP"


def test_another_environment_needs_a_restart(layout: Layout) -> None:
    write(layout, server(layout))
    before, after = write(layout, replace(server(layout), env={"A": "2"}))
    assert launch_specs.reload_signal(before, after) == ""


def test_an_order_is_readable_by_its_owner_only(layout: Layout) -> None:
    write(layout, server(layout))
    assert (layout.part("server") / "program.json").stat().st_mode & 0o077 == 0


def test_starts_are_counted_until_forgotten(layout: Layout) -> None:
    write(layout, server(layout))
    (layout.part("server") / "starts.json").write_text('{"total": 3, "row": 3, "last": 1}')
    assert launch_specs.starts(layout, "server") == 3
    launch_specs.forget_starts(layout, "server")
    assert launch_specs.starts(layout, "server") == 0


def test_a_program_can_be_run_once_to_its_end(layout: Layout) -> None:
    program = Program(("/bin/sh", "-c", "echo $A; exit 3"), {"A": "1"}, layout.part("once"))
    done = launch_specs.run_once(layout, "once", program)
    assert (done.returncode, done.stdout) == (3, "1\n")
