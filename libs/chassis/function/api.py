"""The function of a service's API: `chassis.function.api.handler`, for the service that SERVICE names.

Made once, before Lambda sends the first request; wrong settings end the process as `load_settings` says.
Secrets are read first (secrets.py). Stores and keys are asked meanwhile, so that the first request finds
connections made: for at most FUNCTION_WARM_UP_SECONDS, by default 5, since Lambda ends a start after 10 s.
"""

from __future__ import annotations

import importlib
import os

from flask import Flask

from chassis.function.edge import EdgeProof
from chassis.function.requests import Handler, request_handler
from chassis.function.secrets import add_secrets
from chassis.http import health
from chassis.stores.aws import Aws


def _made(service: str, timeout: float) -> Handler:
    if "FUNCTION_SECRETS" in os.environ:
        add_secrets(os.environ, Aws(os.environ["AWS_REGION"]).client("secretsmanager"))
    app: Flask = importlib.import_module(f"{service}.wsgi").app
    health.warm_up(app.extensions["slipway.needs"], timeout)
    return request_handler(app, EdgeProof.read(os.environ))


handler = _made(os.environ["SERVICE"], float(os.environ.get("FUNCTION_WARM_UP_SECONDS", "5")))
