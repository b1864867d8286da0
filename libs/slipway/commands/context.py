"""Which suite a command is about: that of the checkout, or the one whose state folder SLIPWAY_STATE names."""

from __future__ import annotations

import os
from pathlib import Path

from slipway.local.suite import Suite, SuiteSettings, load_settings

ROOT = Path(__file__).resolve().parents[3]


def suite(
    port: int | None = None,
    domain: str | None = None,
    browser_origins: tuple[str, ...] | None = None,
    functions: tuple[str, ...] | None = None,
    service_settings: tuple[str, ...] | None = None,
) -> Suite:
    """Return the suite of this checkout: as asked for, else as it was last started, else by default."""
    state = Path(os.environ.get("SLIPWAY_STATE") or ROOT / ".slipway").resolve()
    last = load_settings(state) or SuiteSettings()
    settings = SuiteSettings(
        port=last.port if port is None else port,
        domain=last.domain if domain is None else domain,
        browser_origins=last.browser_origins if browser_origins is None else browser_origins,
        functions=last.functions if functions is None else functions,
        service_settings=last.service_settings if service_settings is None else service_settings,
    )
    return Suite(ROOT, state, settings)
