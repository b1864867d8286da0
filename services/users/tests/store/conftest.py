"""Every contract runs on memory and on Postgres."""

from __future__ import annotations

import pytest

from users.wiring import Stores


@pytest.fixture(params=["memory", "postgres"])
def both(request: pytest.FixtureRequest) -> Stores:
    """The stores, on each adapter in turn."""
    name = {"memory": "stores", "postgres": "postgres_stores"}[request.param]
    found: Stores = request.getfixturevalue(name)
    return found
