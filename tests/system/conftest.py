"""Every test makes its own accounts, so that all run side by side against one suite."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.system.client import Account, Client, sign_up
from tests.system.environment import Environment
from tests.system.expect import eventually

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a system test."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.system)


@pytest.fixture(scope="session")
def environment() -> Iterator[Environment]:
    """Return where the suite is; where none was named and none answers, skip with the reason."""
    found = Environment.from_variables()
    with found.resolving():
        try:
            Client(found).get("users", "/livez", timeout=120)
        except requests.ConnectionError as error:
            if "SLIPWAY_PORT" in os.environ or "SLIPWAY_BASE_DOMAIN" in os.environ:
                raise
            kind = type(error).__name__
            pytest.skip(f"no suite at {found.origin('users')} ({kind}); see tests/system/README.md")
        yield replace(found, waits_out=frozenset({429, 503})) if _is_racy(found) else found


def _is_racy(environment: Environment) -> bool:
    """Say whether the emulator's own threads trip over one another; see the README of this folder."""
    told = os.environ.get("SLIPWAY_ATOMIC_WRITES")
    if told or not environment.is_local:
        return told == "0"
    with Client(environment) as stranger:
        headers = stranger.fetch(f"{environment.origin('s3')}/media?list-type=2&max-keys=1").headers
    return "x-amzn-requestid" in headers and "x-amz-request-id" not in headers


@pytest.fixture(scope="session")
def enforces(environment: Environment) -> bool:
    """Say whether storage enforces IAM and upload policies; see the README of this folder."""
    told = os.environ.get("SLIPWAY_ENFORCES_IAM")
    if told or not environment.is_local:
        return told != "0"
    with Client(environment) as stranger:
        return stranger.fetch(f"{environment.origin('s3')}/media?list-type=2&max-keys=1").status_code != 200


@pytest.fixture(autouse=True)
def _emulator_can(request: pytest.FixtureRequest) -> None:
    """Skip, with the reason, what this suite's emulator cannot show."""
    if request.node.get_closest_marker("needs_enforcement") and not request.getfixturevalue("enforces"):
        pytest.skip("storage here does not enforce IAM: run this against ./slipway up")
    if request.node.get_closest_marker("needs_atomic_writes") and _waits_out_503(request):
        pytest.skip("conditional writes are not atomic in this emulator: run this against ./slipway up")


def _waits_out_503(request: pytest.FixtureRequest) -> bool:
    environment: Environment = request.getfixturevalue("environment")
    return 503 in environment.waits_out


@pytest.fixture
def anyone(environment: Environment) -> Iterator[Client]:
    """Return a client that is not signed in."""
    with Client(environment) as client:
        yield client


@pytest.fixture
def new_account(environment: Environment) -> Iterator[Callable[..., Account]]:
    """Return what makes signed-in accounts; they are closed after the test."""
    made: list[Account] = []

    def make(name: str = "Anna Öz") -> Account:
        made.append(sign_up(environment, name))
        return made[-1]

    yield make
    for account in made:
        if not account.gone:
            account.client.delete("users", "/v1/me")
        account.client.close()


@pytest.fixture
def operator() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what runs a `./slipway` command on the suite under test, where that is on this machine."""
    if "SLIPWAY_STATE" not in os.environ:
        pytest.skip("SLIPWAY_STATE does not name the state folder of the suite under test")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(HERE.parents[1] / "slipway"), *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture
def mailed(operator: Callable[..., subprocess.CompletedProcess[str]]) -> Callable[..., dict[str, Any]]:
    """Return what waits for the newest mail to an address, as `./slipway mail list --json` shows it."""

    def newest(email: str, subject: str = "") -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            listed = json.loads(operator("mail", "list", "--json").stdout)
            ours = (mail for mail in listed if mail["to"] == email and subject in mail["subject"])
            return next(ours, None)

        return eventually(look, f"a mail to {email}")

    return newest


@pytest.fixture
def anna(new_account: Callable[..., Account]) -> Account:
    """Return a fresh account."""
    return new_account("Anna Öz")


@pytest.fixture
def ben(new_account: Callable[..., Account]) -> Account:
    """Return another fresh account."""
    return new_account("Ben Åström")
