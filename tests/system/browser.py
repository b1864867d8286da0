"""A real browser, the system's Chromium, in front of the suite under test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect, sync_playwright
from tests.system.environment import Environment

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root in a container Chromium has no sandbox of its own.
_OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")

_MILLISECONDS = 240_000
"""How long anything may take: on a busy machine the documentation takes half a minute."""


def program() -> str | None:
    """Return the path of the system's Chromium, None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Visit:
    """A page that is open. `complaints` is what the browser's console said: errors, CSP's among them."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@contextmanager
def visiting(environment: Environment, executable: str) -> Iterator[Visit]:
    """Open an empty page for which every subdomain is where the environment says."""
    target = environment.address
    rules = [f"--host-resolver-rules=MAP *.{environment.domain} {target}"] if target else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*_OPTIONS, *rules], timeout=_MILLISECONDS
        )
        page = browser.new_page(ignore_https_errors=True)
        page.set_default_timeout(_MILLISECONDS)
        expect.set_options(timeout=_MILLISECONDS)
        visit = Visit(page)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: visit.complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        yield visit
        browser.close()
