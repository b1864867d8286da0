"""These tests kill parts of the suite they run against: the private one that `./slipway test` made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.resilience.ledger import Ledger
from tests.resilience.load import Load
from tests.resilience.running import Running
from tests.system.client import Account, sign_up
from tests.system.environment import Environment

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder: it needs a whole suite, and for itself."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.system)
            item.add_marker(pytest.mark.disruptive)


@pytest.fixture(scope="session")
def running() -> Running:
    """Return the private suite."""
    state = os.environ.get("SLIPWAY_STATE")
    if not state:
        pytest.skip("kills parts of a suite: needs the private one of `./slipway test` (SLIPWAY_STATE)")
    suite = Running(state)
    _bring_up(suite)
    return suite


@pytest.fixture(scope="session")
def environment(running: Running) -> Iterator[Environment]:
    """Return where the suite is."""
    found = Environment.from_variables()
    with found.resolving():
        yield found


@pytest.fixture
def healthy(running: Running) -> Iterator[Running]:
    """Return the suite, healthy as it was found, and brought back after the test."""
    yield running
    _bring_up(running)


def _bring_up(running: Running) -> None:
    if not all(part["healthy"] for part in running.parts().values()):
        running.command("up")


@pytest.fixture
def anna(environment: Environment, healthy: Running) -> Account:
    """Return a fresh account."""
    return sign_up(environment)


@pytest.fixture
def load(anna: Account) -> Load:
    """Return writers of Anna's, not yet at work."""
    return Load(anna, Ledger())
