"""What the tools container does by its argument."""

from __future__ import annotations

import sys

import pytest

from slipway.compose import __main__ as module
from slipway.compose.settings import ComposeSettings


@pytest.mark.parametrize(
    ("arguments", "done"),
    [(["prepare"], "prepare"), (["bootstrap"], "bootstrap"), (["demo", "--keep"], "command line")],
)
def test_the_argument_names_the_step_or_a_command(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], done: str
) -> None:
    did: list[str] = []

    class Fake:
        def __init__(self, _settings: object) -> None: ...

        def run(self) -> None:
            did.append("bootstrap")

    monkeypatch.setattr(ComposeSettings, "read", lambda: None)
    monkeypatch.setattr(module, "prepare", lambda _settings: did.append("prepare"))
    monkeypatch.setattr(module, "Bootstrap", Fake)
    monkeypatch.setattr(module, "command_line", lambda: did.append("command line"))
    monkeypatch.setattr(sys, "argv", ["slipway.compose", *arguments])
    module.main()
    assert did == [done]
