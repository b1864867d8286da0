"""Steps come up as soon as what they need is there, and a failure calls the rest off."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
from libs.slipway.tests.fakes import FakePart, FakeSupervisor

from slipway.local.starting import Starter
from slipway.state.layout import Layout
from slipway.supervision.client import Supervisor
from slipway.supervision.program import Part, Task
from slipway.terminal.problems import CANNOT_WRITE, NotHealthy, OutOfSpace, Problem
from slipway.terminal.progress import Silent


@dataclass(frozen=True)
class SlowPart(FakePart):
    """Refuses as often as `refusals` has entries."""

    refusals: list[int] = field(default_factory=list)

    def check(self) -> None:
        if self.refusals:
            self.refusals.pop()
            raise NotHealthy("connection refused")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path, tmp_path / "state")
    layout.make()
    return layout


@pytest.fixture
def supervisor(layout: Layout) -> FakeSupervisor:
    return FakeSupervisor(layout)


@pytest.fixture
def starter(layout: Layout, supervisor: FakeSupervisor) -> Starter:
    return Starter(layout, cast("Supervisor", supervisor), Silent())


def part(supervisor: FakeSupervisor, name: str, *needs: str, version: str = "") -> FakePart:
    return FakePart(supervisor.layout, supervisor, name, version=version, needs=needs)


def test_a_step_starts_after_all_it_needs(starter: Starter, supervisor: FakeSupervisor) -> None:
    done: list[str] = []

    def migrate() -> str:
        done.extend(supervisor.running)
        return ""

    steps: list[Part | Task] = [
        part(supervisor, "service", "migrate"),
        Task("migrate", ("store",), migrate),
        part(supervisor, "store"),
    ]
    starter.run(steps)
    assert done == ["store"]
    assert starter.started == ["store", "service"]


def test_a_part_settles_once_it_is_healthy(starter: Starter, supervisor: FakeSupervisor) -> None:
    store = part(supervisor, "store")
    starter.run([store])
    assert store.settled == ["store"]


def test_what_runs_already_is_left_alone(starter: Starter, supervisor: FakeSupervisor) -> None:
    starter.run([part(supervisor, "store")])
    again = Starter(starter.layout, starter.supervisor, Silent())
    again.run([part(supervisor, "store")])
    assert again.started == []
    assert supervisor.calls == [("start", "store")]


def test_a_part_whose_files_changed_is_told_to_read_them(
    starter: Starter, supervisor: FakeSupervisor
) -> None:
    starter.run([part(supervisor, "gateway", version="1")])
    starter.run([part(supervisor, "gateway", version="2")])
    assert supervisor.calls == [("start", "gateway"), ("HUP", "gateway")]


def test_a_part_that_keeps_crashing_is_given_up_with_its_last_words(
    starter: Starter, supervisor: FakeSupervisor
) -> None:
    supervisor.crashing.add("service")
    starter.layout.log("service").write_text("ImportError: no module named flask\n")
    with pytest.raises(Problem, match="ended 4 times in a row") as caught:
        starter.run([part(supervisor, "service")])
    assert "no module named flask" in caught.value.what
    assert str(starter.layout.log("service")) in caught.value.next_step


def test_a_part_that_waits_after_crashes_is_started_at_once(
    starter: Starter, supervisor: FakeSupervisor
) -> None:
    service = part(supervisor, "service")
    starter.run([service])
    (supervisor.layout.part("service") / "pid").write_text("7")
    supervisor.calls.clear()
    with pytest.raises(Problem, match="it is being started"):
        starter.run([service])
    assert supervisor.calls[:2] == [("stop", "service"), ("start", "service")]


def test_crashes_of_long_ago_are_not_held_against_a_part(
    starter: Starter, supervisor: FakeSupervisor
) -> None:
    starter.run([part(supervisor, "service")])
    (supervisor.layout.part("service") / "starts.json").write_text('{"total": 9, "row": 1, "last": 0}')
    again = Starter(starter.layout, starter.supervisor, Silent())
    again.run([SlowPart(supervisor.layout, supervisor, "service", refusals=[1, 1])])
    assert again.started == []


def test_a_part_that_found_no_room_is_said_so(starter: Starter, supervisor: FakeSupervisor) -> None:
    supervisor.crashing.add("store")
    starter.layout.log("store").write_text("write failed: No space left on device\n")
    with pytest.raises(OutOfSpace, match="store did not come up: the disk is full") as caught:
        starter.run([part(supervisor, "store")])
    assert caught.value.code == CANNOT_WRITE


def test_a_failed_step_calls_off_what_needs_it(starter: Starter, supervisor: FakeSupervisor) -> None:
    def migrate() -> str:
        raise Problem("the column is gone")

    with pytest.raises(Problem, match="the column is gone"):
        starter.run([Task("migrate", (), migrate), part(supervisor, "service", "migrate")])
    assert supervisor.calls == []


def test_a_need_that_nothing_provides_is_said(starter: Starter, supervisor: FakeSupervisor) -> None:
    with pytest.raises(Problem, match="unknown dependency: ghost"):
        starter.run([part(supervisor, "service", "ghost")])


def test_a_restart_stops_starts_and_settles(starter: Starter, supervisor: FakeSupervisor) -> None:
    store = part(supervisor, "store")
    starter.run([store])
    starter.restart(store)
    assert supervisor.calls == [("start", "store"), ("stop", "store"), ("start", "store")]
    assert store.settled == ["store", "store"]
