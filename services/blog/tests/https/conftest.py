"""The fixtures of the suite's own system tests, and somebody who may write the blog."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.system.client import Account
from tests.system.conftest import (  # noqa: F401  # pytest finds fixtures by their names
    anna,
    anyone,
    ben,
    enforces,
    environment,
    new_account,
    operator,
)
from tests.system.expect import answer

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a system test."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.system)


@pytest.fixture
def writer(
    new_account: Callable[..., Account],  # noqa: F811
    operator: Callable[..., subprocess.CompletedProcess[str]],  # noqa: F811
) -> Account:
    """Somebody whom the operator lets write the blog."""
    account = new_account("Wanda Writer")
    done = operator("grant", account.email, "blog:write")
    assert done.returncode == 0, done.stderr
    body = {"refresh_token": account.session["refresh_token"]}
    account.session = answer(account.client.as_(None).post("users", "/v1/sessions/refresh", body))
    account.client.token = account.session["access_token"]
    return account
