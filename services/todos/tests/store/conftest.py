from __future__ import annotations

import pytest
from services.todos.tests.factories import store_on

from todos.domain.ports import TodoStore
from todos.store.memory import MemoryStore


@pytest.fixture(params=["memory", "dynoxide", "ministack"])
def any_store(request: pytest.FixtureRequest) -> TodoStore:
    """Every store there is, one after the other: the table on both servers that `./slipway up` may find."""
    if request.param == "memory":
        return MemoryStore()
    return store_on(request.getfixturevalue("aws" if request.param == "dynoxide" else "ministack"))
