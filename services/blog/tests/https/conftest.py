"""The fixtures of the suite's own system tests, and somebody who may write the blog."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.resilience import conftest as resilience
from tests.system import conftest as system
from tests.system.client import Account
from tests.system.expect import answer

# pytest finds fixtures by their names
anna, anyone, ben, new_account = system.anna, system.anyone, system.ben, system.new_account
enforces, environment, operator = system.enforces, system.environment, system.operator
healthy, running = resilience.healthy, resilience.running

HERE = Path(__file__).parent
Mails = Callable[[str], list[dict[str, Any]]]
"""All mails to an address, newest first."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a system test."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.system)


@pytest.fixture
def writer(
    new_account: Callable[..., Account],
    operator: Callable[..., subprocess.CompletedProcess[str]],
) -> Account:
    """Somebody whom the operator lets write the blog."""
    account = new_account("Wanda Writer")
    done = operator("grant", account.email, "blog:write")
    assert done.returncode == 0, done.stderr
    body = {"refresh_token": account.session["refresh_token"]}
    account.session = answer(account.client.as_(None).post("users", "/v1/sessions/refresh", body))
    account.client.token = account.session["access_token"]
    return account


@pytest.fixture
def mails(
    operator: Callable[..., subprocess.CompletedProcess[str]],
) -> Mails:
    """Return what lists all mails to an address, newest first."""

    def listed(email: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(operator("mail", "list", "--json").stdout)
        return [mail for mail in found if mail["to"] == email]

    return listed
