"""Puts our packages on the import path for the tests, from the folders that exist."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent

SERVICES = sorted(path.parent for path in ROOT.glob("services/*/service.yaml"))

for folder in [ROOT / "libs", *SERVICES]:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

settings.register_profile("suite", deadline=None)  # a machine under load is no fault of a property
settings.load_profile("suite")

pytest_plugins = ["slipway.testing.plugin"]


def pytest_configure(config: pytest.Config) -> None:
    """Make what our own code uses and is about to go away an error."""
    for package in ("chassis", *(folder.name for folder in SERVICES)):
        config.addinivalue_line("filterwarnings", f"error::DeprecationWarning:{package}")
