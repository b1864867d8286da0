"""Known vulnerabilities are named, and that nobody could be asked is said."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from slipway.checkout import advisories
from slipway.commands import check
from slipway.parts import virtualenv
from slipway.terminal.problems import MISSING, Problem


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("requirements/dev.txt", "services/todos/requirements.txt"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("click==8 --hash=sha256:0\n")
    return tmp_path


def answering(folder: Path, script: str) -> Path:
    """Return a pip-audit that does `script`."""
    tool = folder / "pip-audit"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    return tool


def test_every_locked_list_is_looked_up(checkout: Path) -> None:
    tool = answering(checkout, f"echo $* >{checkout}/asked")
    assert advisories.known(checkout, lambda _root: tool) == ""
    asked = (checkout / "asked").read_text()
    assert "requirements/dev.txt" in asked
    assert "services/todos/requirements.txt" in asked


def test_what_is_known_is_said(checkout: Path) -> None:
    tool = answering(checkout, "echo 'click 8 PYSEC-1 8.1'; echo 'Found 1 known vulnerability' >&2; exit 1")
    assert "click 8 PYSEC-1" in advisories.known(checkout, lambda _root: tool)


@pytest.mark.parametrize("error", ["requests.exceptions.ProxyError: no proxy", "ConnectionError: no route"])
def test_without_a_network_it_is_said_that_nothing_was_checked(checkout: Path, error: str) -> None:
    tool = answering(checkout, f"echo Traceback >&2; echo '{error}' >&2; exit 1")
    with pytest.raises(advisories.NotChecked, match=r"does not answer: .*Error: no"):
        advisories.known(checkout, lambda _root: tool)


def test_a_tool_that_fails_otherwise_is_no_clean_bill(checkout: Path) -> None:
    tool = answering(checkout, "echo 'usage: what?' >&2; exit 2")
    assert "usage: what?" in advisories.known(checkout, lambda _root: tool)


def test_the_command_says_skipped_where_the_tool_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_venv: Path, _requirements: Path) -> Path:
        raise Problem("cannot install audit.txt: no route to host", code=MISSING)

    monkeypatch.setattr(virtualenv, "ensure", away)
    done = CliRunner().invoke(check.command, ["--advisories"], standalone_mode=False)
    assert done.exception is None
    assert done.return_value == 0
