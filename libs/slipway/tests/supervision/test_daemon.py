"""supervisord is told about the parts, and is started, changed and ended with care."""

import configparser
import resource
import shutil
import socket
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from libs.slipway.tests.fakes import FakePart, FakeSupervisor

from slipway.local import lifecycle
from slipway.local.suite import Suite
from slipway.state.layout import Layout
from slipway.state.ports import pick
from slipway.supervision.client import Supervisor, Unreachable
from slipway.supervision.config import identity, render
from slipway.supervision.daemon import Daemon
from slipway.terminal.problems import Problem
from slipway.terminal.progress import Silent


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path, tmp_path / "state")
    layout.make()
    return layout


def rendered(layout: Layout, *names: str) -> configparser.RawConfigParser:
    supervisor = FakeSupervisor(layout)
    parts = [FakePart(layout, supervisor, name) for name in names]
    text = render(parts, port=9001, password="secret", identity="this one")
    assert "secret" not in text
    assert str(layout.root) not in text
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return parser


def test_every_part_is_a_program_that_is_always_started_again(layout: Layout) -> None:
    parser = rendered(layout, "cache", "postgres")
    for name in ("cache", "postgres"):
        program = parser[f"program:{name}"]
        assert program["autostart"] == "false"
        assert program["autorestart"] == "true"
        assert int(program["startretries"]) > 100_000


def test_logs_are_rotated(layout: Layout) -> None:
    program = rendered(layout, "cache")["program:cache"]
    assert program["stdout_logfile"] == "../logs/cache.log"
    assert int(program["stdout_logfile_backups"]) > 0


def test_it_asks_for_no_more_open_files_than_it_may_have(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (256, 256))
    assert rendered(layout)["supervisord"]["minfds"] == "256"
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (256, resource.RLIM_INFINITY))
    assert rendered(layout)["supervisord"]["minfds"] == "1024"


def test_supervisord_listens_on_loopback_with_a_password(layout: Layout) -> None:
    server = rendered(layout)["inet_http_server"]
    assert server["port"] == "127.0.0.1:9001"
    assert server["password"].startswith("{SHA}")


def test_where_nothing_listens_there_is_no_supervisor(layout: Layout) -> None:
    with pytest.raises(Unreachable):
        Supervisor(pick(), "secret").pid()
    assert Daemon(layout, port=pick(), password="secret").connect() is None


def test_a_supervisor_that_cannot_start_is_a_problem_that_names_its_log(layout: Layout) -> None:
    (layout.run / "supervisord.pid").mkdir()
    layout.run.joinpath("supervisord.conf").unlink(missing_ok=True)
    part = FakePart(layout, FakeSupervisor(layout), "not a valid : name")
    with pytest.raises(Problem, match="did not start") as caught:
        Daemon(layout, port=pick(), password="secret").start([part])
    assert "supervisord.log" in caught.value.next_step


def test_a_stranger_at_the_supervisors_port_is_not_taken_for_it(layout: Layout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        answerer = threading.Thread(target=lambda: stranger.accept()[0].close(), daemon=True)
        answerer.start()
        assert Daemon(layout, port=port, password="secret").connect() is None


def test_a_supervisor_that_is_slow_to_answer_is_not_taken_for_dead(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = [Unreachable("timed out", refused=False), Unreachable("timed out", refused=False)]

    def answer(_self: Supervisor) -> str:
        if slow:
            raise slow.pop()
        return identity(layout.run)

    monkeypatch.setattr(Supervisor, "identity", answer)
    with subprocess.Popen(["/bin/sleep", "60"], cwd=layout.run) as process:
        (layout.run / "supervisord.pid").write_text(f"{process.pid}\n")
        assert Daemon(layout, port=pick(), password="secret").connect()
        process.kill()


@pytest.mark.xdist_group("running")
def test_a_wrong_password_is_refused(running: Suite) -> None:
    with pytest.raises(Unreachable):
        Supervisor(running.ports["supervisor"], "wrong").states()


@pytest.mark.xdist_group("running")
def test_a_part_that_is_gone_is_stopped_and_one_that_is_new_can_be_started(running: Suite) -> None:
    supervisor = running.daemon.connect()
    assert supervisor
    without = [part for part in running.parts if part.name != "notes-worker"]
    running.daemon.update(supervisor, without)
    assert "notes-worker" not in supervisor.states()
    assert lifecycle.up(running, Silent()) == ["notes-worker"]


@pytest.mark.xdist_group("running")
def test_stopping_what_is_stopped_does_nothing(running: Suite) -> None:
    supervisor = running.daemon.connect()
    assert supervisor
    lifecycle.stop_parts(supervisor, [part for part in running.parts if part.name == "notes-worker"])
    supervisor.stop("notes-worker")
    supervisor.signal("notes-worker", "HUP")
    assert lifecycle.up(replace(running), Silent()) == ["notes-worker"]


@pytest.mark.xdist_group("running")
def test_down_in_a_copy_of_the_folder_leaves_the_original_alone(running: Suite, tmp_path: Path) -> None:
    for name in ("ports.json", "suite.json"):
        shutil.copy(running.state / name, tmp_path)
    for name in ("run", "secrets"):
        shutil.copytree(running.state / name, tmp_path / name, symlinks=True)
    copy = Suite(running.root, tmp_path, running.settings)
    assert copy.daemon.connect() is None
    assert not lifecycle.down(copy, Silent())
    assert running.daemon.connect()


@pytest.mark.xdist_group("running")
def test_a_folder_that_was_moved_keeps_its_supervisor(running: Suite) -> None:
    moved = running.state.with_name("moved")
    running.state.rename(moved)
    try:
        assert Suite(running.root, moved, running.settings).daemon.connect()
    finally:
        moved.rename(running.state)


@pytest.mark.xdist_group("running")
def test_down_ends_what_still_runs_when_the_state_has_been_removed(running: Suite) -> None:
    pids = [state.pid for state in Supervisor(*_address(running)).states().values() if state.pid]
    for name in ("run", "data", "secrets"):
        shutil.rmtree(running.state / name)
    for name in ("ports.json", "suite.json", "resources.json"):
        (running.state / name).unlink()
    bare = Suite(running.root, running.state, running.settings)
    assert lifecycle.down(bare, Silent())
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert not lifecycle.down(bare, Silent())


def _address(suite: Suite) -> tuple[int, str]:
    return suite.ports["supervisor"], suite.credentials.password("supervisor")
