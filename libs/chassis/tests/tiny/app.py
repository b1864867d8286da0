"""A service of one slow route, for gunicorn to run in a test."""

from __future__ import annotations

import os
import time
from pathlib import Path

from flask import Flask
from pydantic import Field

from chassis import app as chassis_app
from chassis.auth import PUBLIC
from chassis.health import Check
from chassis.openapi import ApiInfo
from chassis.routing import Routes, route
from chassis.schemas import Query, View
from chassis.settings import ServiceSettings


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
    """Return the app."""
    info = ApiInfo("tiny", "Tiny", "For tests.")
    return chassis_app.build(info, settings, routes=[SlowRoutes()], checks=[Check("store", _note)])


def _note() -> None:
    """Leave a file that says which process has asked its store."""
    Path(f"asked-by-{os.getpid()}").touch()
