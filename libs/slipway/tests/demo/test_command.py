"""`./slipway demo`: which suite it talks to, and how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from slipway.commands import demo
from slipway.demo.client import Address, Api, NothingRuns, Wrong
from slipway.demo.people import Person
from slipway.demo.stage import Stage
from slipway.terminal.problems import FAILED, MISSING, Problem


class Story:
    """Stands in for the demonstration and notes what it was asked for."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.address: Address | None = None
        self.options: dict[str, Any] = {}
        self.left_out = False

    def run(self, stage: Stage, api: Api, folder: Path, *, keep: bool) -> Person:
        self.address, self.options = api.address, {"folder": folder, "keep": keep}
        if self.left_out:
            stage.leave_out("A step", "a reason")
        if self.error:
            raise self.error
        return Person(api, "id", "Anna", "anna@example.com", "the-password")


def play(monkeypatch: pytest.MonkeyPatch, state: Path, story: Story, *arguments: str) -> None:
    monkeypatch.setenv("SLIPWAY_STATE", str(state))
    monkeypatch.setattr(demo, "story", story)
    command: click.Command = demo.command
    command.main(list(arguments), standalone_mode=False)


def test_without_options_it_is_the_suite_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    story = Story()
    play(monkeypatch, tmp_path, story)
    assert story.address == Address("localhost", 8443, None)
    assert story.options == {"folder": tmp_path / "demo", "keep": False}


def test_the_certificate_made_by_up_is_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = tmp_path / "ca" / "root.pem"
    root.parent.mkdir()
    root.touch()
    story = Story()
    play(monkeypatch, tmp_path, story, "--port", "9443")
    assert story.address == Address("localhost", 9443, root)


def test_another_suite_is_on_the_usual_port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    story = Story()
    play(monkeypatch, tmp_path, story, "--base-domain", "example.test")
    assert story.address == Address("example.test", 443, None, enforces=None)


def test_a_suite_of_containers_is_asked_whether_it_enforces(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = tmp_path / "containers.pem"
    root.touch()
    story = Story()
    play(monkeypatch, tmp_path, story, "--ca", str(root), "--address", "gateway")
    assert story.address == Address("localhost", 8443, root, "gateway", None)
    monkeypatch.setenv("SLIPWAY_ENFORCES_IAM", "0")
    play(monkeypatch, tmp_path, story)
    assert story.address == Address("localhost", 8443, None, enforces=False)


def test_a_step_left_out_is_told_again_in_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story()
    story.left_out = True
    play(monkeypatch, tmp_path, story)
    assert "1 left out, for the reason said above." in capsys.readouterr().out


def test_a_kept_account_is_told_with_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play(monkeypatch, tmp_path, Story(), "--keep")
    assert "anna@example.com, password the-password" in capsys.readouterr().out


def test_nothing_running_is_code_69_and_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        play(monkeypatch, tmp_path, Story(NothingRuns("https://users.localhost:8443")))
    assert caught.value.code == MISSING
    assert caught.value.next_step == "run ./slipway up first"


def test_a_wrong_step_is_code_1_with_reason_and_request_id(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(Problem, match="the list is empty\nrequest id: 4711") as caught:
        play(monkeypatch, tmp_path, Story(Wrong("the list is empty", "4711")))
    assert caught.value.code == FAILED
