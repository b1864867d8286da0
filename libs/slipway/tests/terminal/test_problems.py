"""Trouble with files is said with the step that mends it."""

import errno
import os

import pytest

from slipway.terminal.problems import write_problem


def next_step(path: str, monkeypatch: pytest.MonkeyPatch, *, euid: int) -> str:
    monkeypatch.setattr(os, "geteuid", lambda: euid)
    monkeypatch.setattr(os, "getuid", lambda: euid)
    monkeypatch.setattr(os, "getgid", lambda: euid)
    problem = write_problem(PermissionError(errno.EACCES, "no", path))
    assert problem
    return problem.next_step


def test_a_file_of_the_suite_that_another_user_made_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    step = next_step("/a b/.slipway/secrets/cache", monkeypatch, euid=1000)
    assert step.startswith("run `sudo chown -R 1000:1000 '/a b/.slipway'`")


@pytest.mark.parametrize(("path", "euid"), [("/a b/.slipway/suite.json", 0), ("/etc/passwd", 1000)])
def test_other_files_are_nobody_elses_to_give(path: str, euid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "chown" not in next_step(path, monkeypatch, euid=euid)
