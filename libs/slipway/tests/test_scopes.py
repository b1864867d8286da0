"""`grant` and `revoke`: what is asked of whom; the service's own tests show what comes of it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from slipway import __main__ as entry
from slipway.commands import context, scopes
from slipway.local.suite import Suite
from slipway.terminal.problems import FAILED, MISSING, OK, USAGE

Cli = Callable[..., int]
pytestmark = pytest.mark.xdist_group("running")
_COMMAND = """\
import os, sys
if "nobody@example.com" in sys.argv:
    sys.exit("no account has this e-mail address")
print("told", *sys.argv[1:], "with", os.environ["NOTES_SECRET"])
"""


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, suite: Suite) -> Cli:
    """Runs a command on the throwaway suite, whose service has a command of that name."""
    commands = suite.root / "services" / "notes" / "notes" / "commands"
    (commands / "grant.py").write_text(_COMMAND)
    monkeypatch.setattr(context, "ROOT", suite.root)
    monkeypatch.setattr(scopes, "SERVICE", "notes")
    monkeypatch.setenv("SLIPWAY_STATE", str(suite.state))

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["slipway", *arguments])
        return entry._run()

    return run


def test_the_service_is_told_with_its_own_environment(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = running.environment(running.manifests["notes"])["NOTES_SECRET"]
    assert cli("grant", "ann@example.com", "posts:write", "releases:write") == OK
    said = capsys.readouterr().out.split()
    assert said == ["told", "--", "ann@example.com", "posts:write", "releases:write", "with", secret]
    assert cli("revoke", "ann@example.com", "posts:write") == OK
    assert capsys.readouterr().out.split()[:4] == ["told", "--withdraw", "--", "ann@example.com"]


def test_what_the_service_refuses_is_told(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("grant", "nobody@example.com", "posts:write") == FAILED
    assert "no account has this e-mail address" in capsys.readouterr().err


@pytest.mark.parametrize(
    "told", [(), ("ann@example.com",), ("ann@example.com", "Posts"), ("ann@example.com", "a b:c")]
)
def test_what_is_no_scope_is_refused_before_anything_is_asked(cli: Cli, told: tuple[str, ...]) -> None:
    assert cli("grant", *told) == USAGE


def test_one_suite_is_meant_at_a_time(cli: Cli) -> None:
    assert cli("grant", "--containers", "--environment", "dev", "ann@example.com", "posts:write") == USAGE


def test_in_containers_the_running_service_is_told(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\necho "$@"\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert cli("revoke", "--containers", "ann@example.com", "posts:write") == OK
    role = "compose exec -T notes python -m chassis.server.container grant"
    assert capsys.readouterr().out.split() == [
        *role.split(),
        "--withdraw",
        "--",
        "ann@example.com",
        "posts:write",
    ]


def test_without_compose_the_next_step_is_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert cli("grant", "--containers", "ann@example.com", "posts:write") == MISSING
    assert "docker-compose" in capsys.readouterr().err
