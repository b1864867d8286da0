"""Puts our packages on the import path for the tests, from the folders that exist."""

import sys
from pathlib import Path

from hypothesis import settings

ROOT = Path(__file__).parent

for folder in [ROOT / "libs", *sorted(path.parent for path in ROOT.glob("services/*/service.yaml"))]:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

settings.register_profile("suite", deadline=None)  # a machine under load is no fault of a property
settings.load_profile("suite")

pytest_plugins = ["slipway.testing.plugin"]
