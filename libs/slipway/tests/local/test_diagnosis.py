"""`doctor` says what a machine lacks and how to get it."""

import platform
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from slipway.commands import context, doctor, up
from slipway.local.diagnosis import Finding, examine
from slipway.local.suite import Suite, SuiteSettings
from slipway.parts import binaries, dynoxide
from slipway.state.ports import pick
from slipway.terminal.problems import MISSING, OK, Problem


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    """A machine that has everything."""
    monkeypatch.setattr(dynoxide, "ensure", lambda tools: tools / "dynoxide")
    return Suite(tmp_path, tmp_path / "state", SuiteSettings(port=pick()))


def finding(suite: Suite, subject: str, *, running: bool = False) -> Finding:
    return next(one for one in examine(suite, running=running) if one.subject == subject)


def test_a_machine_with_everything_has_nothing_to_do(machine: Suite) -> None:
    findings = list(examine(machine, running=False))
    assert all(one.fine and not one.next_step for one in findings)


def test_another_operating_system_is_pointed_to_containers(
    machine: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    one = finding(machine, "platform")
    assert not one.fine
    assert "PR_SET_PDEATHSIG" in one.detail
    assert "docker compose up" in one.next_step


def test_up_says_the_same_before_it_makes_anything(machine: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setenv("SLIPWAY_STATE", str(machine.state))
    with pytest.raises(Problem, match="does not run on Darwin") as caught:
        up.command.main([], standalone_mode=False)
    assert caught.value.code == MISSING
    assert not machine.state.exists()


def test_a_nearly_full_disk_is_said(machine: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=10**8))
    assert finding(machine, "disk").next_step == "free at least 2 GB"


def test_little_memory_is_said(machine: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=10**8))
    assert "about 1 GB" in finding(machine, "memory").next_step


def test_a_missing_program_comes_with_its_next_step(machine: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise Problem("no Postgres", next_step="install Postgres", code=MISSING)

    monkeypatch.setattr(binaries, "postgres", missing)
    assert finding(machine, "Postgres") == Finding("Postgres", False, "no Postgres", "install Postgres")


def test_without_dynoxide_the_suite_still_runs(machine: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(_tools: Path) -> Path:
        raise dynoxide.Unavailable("no network")

    monkeypatch.setattr(dynoxide, "ensure", unavailable)
    one = finding(machine, "dynoxide")
    assert not one.fine
    assert not one.needed


def test_a_port_that_a_stranger_holds_is_said_and_ones_own_is_not(machine: Suite) -> None:
    port = machine.settings.port
    with socket.create_server(("127.0.0.1", port)):
        assert f"--port {port + 1000}" in finding(machine, f"port {port}").next_step
        assert finding(machine, f"port {port}", running=True).fine


@pytest.mark.parametrize(("needed", "code"), [(True, MISSING), (False, OK)])
def test_only_what_is_needed_decides_the_exit_code(
    machine: Suite, monkeypatch: pytest.MonkeyPatch, *, needed: bool, code: int
) -> None:
    monkeypatch.setenv("SLIPWAY_STATE", str(machine.state))
    monkeypatch.setattr(context, "ROOT", machine.root)
    lacking = Finding("thing", False, "is not here", "get it", needed)
    monkeypatch.setattr(doctor, "examine", lambda _suite, *, running: [lacking])
    assert doctor.command.main([], standalone_mode=False) == code
