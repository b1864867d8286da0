"""A service of one slow route, for gunicorn to run in a test."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from pydantic import Field

from chassis.errors import Transient
from chassis.http import app as chassis_app
from chassis.http.health import Check
from chassis.http.openapi import ApiInfo
from chassis.http.routing import Routes, route
from chassis.identity.auth import PUBLIC, TokenVerifier
from chassis.identity.jwks import JwksCache
from chassis.schemas import Query, View
from chassis.settings import ServiceSettings
from chassis.testing import Issuer


class Pause(Query):
    """How long to take."""

    seconds: float = Field(default=0.0, le=10)


class Answered(View):
    """Who has answered."""

    pid: int


class SlowRoutes(Routes):
    """One call that takes its time."""

    tag = "slow"

    @route("GET", "/v1/slow", access=PUBLIC, query=Pause, answer=Answered)
    def slow(self, query: Pause) -> Answered:
        """Answer after a while."""
        time.sleep(query.seconds)
        return Answered(pid=os.getpid())


def create_app(settings: ServiceSettings) -> Flask:
    """Return the app, and leave a file that says which process has made it."""
    Path(f"made-by-{os.getpid()}").touch()
    info = ApiInfo("tiny", "Tiny", "For tests.")
    keys = JwksCache(_read_keys)
    return chassis_app.build(
        info,
        settings,
        routes=[SlowRoutes()],
        checks=[Check("store", _ask_store)],
        verifier=TokenVerifier(settings.auth_issuer, settings.auth_audience, keys),
    )


def _ask_store() -> None:
    """Leave a file that says which process has asked its store, and wait while there is one named `hold`."""
    Path(f"asked-by-{os.getpid()}").touch()
    while Path("hold").exists():
        time.sleep(0.05)


def _read_keys() -> Mapping[str, Any]:
    """Leave a file that says which process has read the issuer's keys; the first time they cannot be read."""
    tried = Path(f"tried-by-{os.getpid()}")
    if not tried.exists():
        tried.touch()
        raise Transient("The issuer is just starting.")
    Path(f"keys-read-by-{os.getpid()}").touch()
    return Issuer().jwks()
