from __future__ import annotations

import pytest
from tests.structure import tree


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `service` runs once for each of them."""
    if "service" in metafunc.fixturenames:
        metafunc.parametrize("service", tree.services())
