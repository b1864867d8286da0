"""The command line as its user meets it: what it prints, and how it ends."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from slipway import __main__ as entry
from slipway.commands import context
from slipway.local.suite import Suite
from slipway.terminal.problems import BUSY, CANNOT_WRITE, FAILED, MISSING, OK, USAGE, Problem

Cli = Callable[..., int]
pytestmark = pytest.mark.xdist_group("running")


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, suite: Suite) -> Cli:
    """Runs a command on the throwaway suite and returns its exit code."""
    monkeypatch.setattr(context, "ROOT", suite.root)
    monkeypatch.setenv("SLIPWAY_STATE", str(suite.state))

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["slipway", *arguments])
        return entry._run()

    return run


def test_every_command_has_a_help_text(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    for name in entry.cli.list_commands(click.Context(entry.cli)):
        assert cli(name, "--help") == OK
        assert len(capsys.readouterr().out.split()) > 10


def test_an_unknown_command_is_a_usage_error(cli: Cli) -> None:
    assert cli("fly") == USAGE


def test_a_command_about_parts_starts_without_the_aws_sdk() -> None:
    code = "import sys, slipway.commands.status; print('boto3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_status_shows_every_part_and_the_memory_of_all(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("status") == OK
    out = capsys.readouterr().out
    assert all(part.name in out for part in running.parts)
    assert out.splitlines()[-1].split()[0] == "total"


def test_status_as_json_says_the_same_to_machines(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("status", "--json") == OK
    document = json.loads(capsys.readouterr().out)
    assert document["healthy"] is True
    assert document["port"] == running.settings.port
    assert document["memory_bytes"] == sum(part["memory_bytes"] for part in document["parts"])


def test_status_can_wait_for_a_part_that_is_coming_back(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    os.kill(pid_of("notes-worker", cli, capsys), signal.SIGKILL)
    assert cli("status", "--wait", "60") == OK


def pid_of(part: str, cli: Cli, capsys: pytest.CaptureFixture[str]) -> int:
    assert cli("status", "--json") == OK
    return next(one["pid"] for one in json.loads(capsys.readouterr().out)["parts"] if one["name"] == part)


def test_up_while_up_says_so(cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("up", "--no-live") == OK
    assert "Already up" in capsys.readouterr().out


def test_the_logs_of_a_part_are_its_last_lines(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("logs", "notes-worker", "-n", "1") == OK
    assert capsys.readouterr().out == "at work\n"


def test_the_logs_of_all_parts_name_each(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("logs", "-n", "1") == OK
    assert "notes-worker   at work" in capsys.readouterr().out


def test_logs_of_nothing_known_lists_what_there_is(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("logs", "nothing") == USAGE
    assert "postgres" in capsys.readouterr().err


def test_a_part_can_be_restarted_by_name(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("restart", "cache") == OK
    assert "cache" in capsys.readouterr().out


def test_restarting_nothing_known_lists_what_there_is(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("restart", "nothing") == USAGE
    assert "postgres" in capsys.readouterr().err


def test_trust_names_the_certificate_and_its_fingerprint(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("trust") == OK
    out = capsys.readouterr().out
    assert str(running.layout.authority / "root.pem") in out
    assert len(out.split("SHA-256 ")[1].split()[0].split(":")) == 32


def test_doctor_finds_everything_where_the_suite_runs(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("doctor") == OK
    assert "held by this suite" in capsys.readouterr().out


def test_manifests_are_counted_when_they_are_right(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("manifest", "check") == OK
    assert capsys.readouterr().out == "Manifests passed: notes.\n"


def test_a_wrong_manifest_is_named_with_its_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "services" / "shop").mkdir(parents=True)
    (tmp_path / "services" / "shop" / "service.yaml").write_text("name: shop\nfruit: pear\n")
    monkeypatch.setattr(context, "ROOT", tmp_path)
    assert cli("manifest", "check") == FAILED
    assert "service.yaml:2: fruit" in capsys.readouterr().err


def test_the_schema_of_manifests_is_json(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("manifest", "schema") == OK
    assert json.loads(capsys.readouterr().out)["title"] == "Manifest"


def test_down_stops_everything_and_up_brings_it_back(
    cli: Cli, running: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("down") == OK
    assert cli("status") == FAILED
    assert cli("status", "--wait", "0.1") == FAILED
    assert cli("down") == OK
    assert "Nothing was running." in capsys.readouterr().out
    assert cli("up", "--no-live") == OK
    assert "Next: ./slipway demo" in capsys.readouterr().out


def test_a_reset_that_is_not_confirmed_deletes_nothing(
    cli: Cli, running: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(click, "confirm", _declined)
    assert cli("reset") == 130
    assert (running.layout.data / "postgres").exists()


def _declined(*_arguments: object, **_options: object) -> None:
    raise click.Abort


@pytest.mark.parametrize(
    ("trouble", "code", "words"),
    [
        (Problem("it is busy", next_step="wait", code=BUSY), BUSY, "next: wait"),
        (OSError(errno.ENOSPC, "full", "/data"), CANNOT_WRITE, "cannot write at /data: the disk is full"),
        (PermissionError(errno.EACCES, "no", "/data"), CANNOT_WRITE, "permission is denied"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (click.Abort(), 130, "interrupted"),
        (click.UsageError("which?"), USAGE, "which?"),
        (BrokenPipeError(), FAILED, ""),
    ],
)
def test_expected_trouble_ends_in_a_sentence_and_an_exit_code(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: BaseException,
    code: int,
    words: str,
) -> None:
    def fail(**_options: object) -> None:
        raise trouble

    monkeypatch.setattr(entry.cli, "main", fail)
    assert cli("up") == code
    assert words in capsys.readouterr().err


def test_a_bug_is_not_hidden(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_options: object) -> None:
        raise OSError(errno.EBADF, "a bug")

    monkeypatch.setattr(entry.cli, "main", fail)
    with pytest.raises(OSError, match="a bug"):
        cli("up")


def test_trust_before_the_first_up_says_what_to_do(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLIPWAY_STATE", str(tmp_path))
    assert cli("trust") == MISSING
    assert "run `./slipway up` first" in capsys.readouterr().err


def test_restarting_while_down_says_what_to_do(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLIPWAY_STATE", str(tmp_path))
    assert cli("restart", "cache") == FAILED
    assert "run `./slipway up`" in capsys.readouterr().err


def test_a_reset_removes_data_and_secrets_and_keeps_the_authority(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SLIPWAY_STATE", str(tmp_path))
    for name in ("data", "secrets", "ca"):
        (tmp_path / name).mkdir()
    assert cli("reset", "--yes") == OK
    assert not (tmp_path / "data").exists()
    assert not (tmp_path / "ports.json").exists()
    assert (tmp_path / "ca").exists()
