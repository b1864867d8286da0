"""The application that gunicorn serves: a service's `wsgi.py` makes it in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask

from chassis.settings import ServiceSettings, load_settings, service_of
from chassis.telemetry import logs

S = TypeVar("S", bound=ServiceSettings)


def wsgi_app(kind: type[S], create_app: Callable[[S], Flask]) -> Flask:
    """Return the app that `create_app` makes of the environment; its logs are JSON from the start.

    Wrong settings end the process as `load_settings` says.
    """
    settings = load_settings(kind)
    logs.configure(service_of(kind), settings.log_level)
    return create_app(settings)
