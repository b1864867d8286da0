"""launch.py turns the supervisor's child into a part, with care."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from slipway.supervision import launch

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def order(folder: Path, *argv: str, **changes: Any) -> None:
    part = folder / "parts" / "it"
    part.mkdir(parents=True, exist_ok=True)
    content = {
        "argv": argv,
        "env": {"GREETING": "hello"},
        "cwd": str(part),
        "identity": None,
        "stop_signal": "TERM",
        "supervised": True,
        "scratch": [],
    }
    (part / "program.json").write_text(json.dumps(content | changes))


def launched(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", launch.__file__, "it"], cwd=folder, stdout=subprocess.PIPE, text=True
    )


def output(folder: Path) -> str:
    with launched(folder) as process:
        return process.communicate(timeout=120)[0]


def test_the_first_starts_do_not_wait_and_later_ones_wait_ever_longer_up_to_a_limit() -> None:
    assert [launch.pause(row) for row in (1, 2, 3, 4, 5, 6, 7, 8, 500)] == [0, 0, 0.5, 1, 2, 4, 8, 8, 8]


def test_starts_count_as_a_row_only_when_they_follow_shortly(tmp_path: Path) -> None:
    path = tmp_path / "starts.json"
    waits = [launch.next_pause(path, now) for now in (100.0, 101.0, 102.0, 103.0, 105.0, 200.0)]
    assert waits == [0, 0, 0.5, 1, 2, 0]
    assert json.loads(path.read_text())["total"] == 6


def test_a_part_that_is_killed_every_few_seconds_starts_again_at_once_each_time(tmp_path: Path) -> None:
    path = tmp_path / "starts.json"
    assert [launch.next_pause(path, 100.0 + 3 * number) for number in range(20)] == [0.0] * 20


def test_a_damaged_count_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "starts.json"
    path.write_text("{")
    assert launch.next_pause(path, 1.0) == 0
    assert json.loads(path.read_text())["row"] == 1


def test_the_program_gets_the_ordered_environment_and_no_other(tmp_path: Path) -> None:
    order(tmp_path, "/usr/bin/env")
    assert output(tmp_path) == "GREETING=hello\n"


def test_the_program_runs_in_its_folder(tmp_path: Path) -> None:
    order(tmp_path, "/bin/pwd")
    assert output(tmp_path) == f"{tmp_path}/parts/it\n"


def test_scratch_folders_are_empty_at_each_start(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "stale").touch()
    order(tmp_path, "/bin/ls", str(scratch), scratch=[str(scratch)])
    assert output(tmp_path) == ""


def test_what_an_earlier_copy_left_is_ended(tmp_path: Path) -> None:
    order(tmp_path, "/bin/true")
    with subprocess.Popen(
        ["/bin/sleep", "600"], cwd=tmp_path / "parts" / "it", start_new_session=True
    ) as left:
        output(tmp_path)
        assert left.wait(60) == -signal.SIGKILL


def test_what_an_earlier_copy_left_is_ended_before_any_waiting(tmp_path: Path) -> None:
    order(tmp_path, "/bin/true")
    part = tmp_path / "parts" / "it"
    (part / "starts.json").write_text(json.dumps({"total": 9, "row": 9, "last": time.time()}))
    with subprocess.Popen(["/bin/sleep", "600"], cwd=part, start_new_session=True) as left:
        waiting = launched(tmp_path)
        assert left.wait(20) == -signal.SIGKILL
        assert waiting.poll() is None
        waiting.kill()
        waiting.communicate()


def test_the_process_is_noted_when_it_becomes_the_part(tmp_path: Path) -> None:
    order(tmp_path, "/bin/cat", "pid")
    with launched(tmp_path) as process:
        assert process.communicate(timeout=120)[0] == str(process.pid)


def test_processes_of_other_parts_are_left_alone(tmp_path: Path) -> None:
    order(tmp_path, "/bin/true")
    with subprocess.Popen(["/bin/sleep", "600"], cwd=tmp_path, start_new_session=True) as other:
        output(tmp_path)
        assert other.poll() is None
        other.kill()


def test_a_part_ends_with_its_supervisor_even_when_that_is_killed(tmp_path: Path) -> None:
    order(tmp_path, "/bin/sleep", "60")
    script = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(60)"
    command = [sys.executable, "-c", script, sys.executable, "-I", "-S", launch.__file__, "it"]
    with subprocess.Popen(command, cwd=tmp_path) as supervisor:
        part = wait_for_child(supervisor.pid, "sleep")
        supervisor.kill()
    deadline = time.monotonic() + 60
    while not has_ended(part) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert has_ended(part)


def has_ended(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def wait_for_child(pid: int, name: str) -> psutil.Process:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in psutil.Process(pid).children():
            if child.name() == name:
                return child
        time.sleep(0.02)
    raise AssertionError(f"no {name} below {pid}")


@as_root
def test_root_becomes_the_ordered_user_for_good(open_folder: Path) -> None:
    tmp_path = open_folder / "for-good"
    tmp_path.mkdir()
    order(tmp_path, "/usr/bin/id", "-u", identity={"kind": "user", "uid": 65534, "gid": 65534})
    assert output(tmp_path) == "65534\n"


@as_root
def test_root_can_be_seen_as_another_user_that_still_owns_its_files(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    identity = {"kind": "namespace", "uid": 65534, "gid": 65534}
    order(tmp_path, "/bin/sh", "-c", "id -u && touch mine", identity=identity)
    assert output(tmp_path) == "65534\n"
    assert (tmp_path / "parts" / "it" / "mine").stat().st_uid == 0


def test_becoming_a_part_happens_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    order(tmp_path, "/bin/server", "-x", scratch=[str(tmp_path / "scratch")])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(launch, "_prctl", lambda option, number: done.append(f"prctl {option} {number:d}"))
    monkeypatch.setattr(os, "umask", lambda mode: done.append(f"umask {mode:o}"))
    monkeypatch.setattr(os, "chdir", lambda folder: done.append(f"chdir {Path(folder).name}"))
    monkeypatch.setattr(os, "execve", lambda *what: done.append(f"exec {what}"))
    launch.main("it")
    arguments = ("/bin/server", ["/bin/server", "-x"], {"GREETING": "hello"})
    assert done == ["umask 77", "prctl 1 15", "chdir it", f"exec {arguments}"]
    assert (tmp_path / "scratch").is_dir()


def test_giving_up_root_is_done_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[str, object]] = []
    for name in ("setgroups", "setgid", "setuid"):
        monkeypatch.setattr(os, name, lambda value, name=name: done.append((name, value)))
    launch.become({"kind": "user", "uid": 7, "gid": 8})
    assert done == [("setgroups", []), ("setgid", 8), ("setuid", 7)]


def test_staying_oneself_changes_nothing() -> None:
    before = os.getuid(), os.getgid()
    launch.become(None)
    assert (os.getuid(), os.getgid()) == before


def test_leftovers_are_ended_and_shells_with_a_terminal_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(["/bin/sleep", "600"], cwd=tmp_path, start_new_session=True) as left:
        monkeypatch.setattr(launch, "_has_terminal", lambda _pid: True)
        launch.end_leftovers(tmp_path)
        assert left.poll() is None
        monkeypatch.undo()
        launch.end_leftovers(tmp_path)
        assert left.wait(60) == -signal.SIGKILL


def test_a_process_that_is_gone_has_neither_folder_nor_terminal() -> None:
    assert launch._cwd(2**22 + 1) is None
    assert not launch._has_terminal(2**22 + 1)
