"""Which other origins may call is said to `up` once, and remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from slipway.commands import context, up
from slipway.local import lifecycle
from slipway.local.suite import Suite, save_settings
from slipway.settings.browser_origins import origins_in

VITE, SHELL = "http://localhost:5173", "capacitor://localhost"


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs `up` without starting anything; returns its exit code, text, and the origins it was to allow."""
    monkeypatch.setenv("SLIPWAY_STATE", str(tmp_path))
    asked: list[Suite] = []

    def remember(suite: Suite, _progress: object) -> list[str]:
        asked.append(suite)
        suite.layout.make()
        save_settings(suite)
        return []

    monkeypatch.setattr(lifecycle, "up", remember)

    def run(*arguments: str) -> tuple[int, str, tuple[str, ...]]:
        result = CliRunner().invoke(up.command, ["--no-live", *arguments])
        return result.exit_code, result.output, asked[-1].settings.browser_origins if asked else ()

    return run


def test_origins_are_remembered_until_others_or_none_are_named(start: Any) -> None:
    assert start("--origin", VITE, "--origin", SHELL)[2] == (VITE, SHELL)
    assert start()[2] == (VITE, SHELL)
    assert context.suite().settings.browser_origins == (VITE, SHELL)
    assert start("--origin", SHELL)[2] == (SHELL,)
    assert start("--origin", "none")[2] == ()


@pytest.mark.parametrize(
    "wrong", ["*", "null", "localhost:5173", "http://a/path", "HTTP://a", "https://a:443"]
)
def test_what_no_browser_sends_is_refused_with_the_reason(start: Any, wrong: str) -> None:
    code, text, asked = start("--origin", wrong)
    assert (code, asked) == (2, ())
    assert "no origin as browsers send it" in text


def test_each_origin_counts_once() -> None:
    assert origins_in(f"{VITE}\n{VITE} http://[::1]:5173") == (VITE, "http://[::1]:5173")
