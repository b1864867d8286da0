"""The function of a service's worker: `chassis.function.worker.handler`, for the service that SERVICE names.

Made once, before Lambda sends the first event; wrong settings end the process as `load_settings` says.
"""

from __future__ import annotations

import importlib
import os

from chassis.function.events import WorkerFunction
from chassis.function.secrets import add_secrets
from chassis.settings import load_settings, service_of
from chassis.stores.aws import Aws
from chassis.telemetry import logs


def _made(service: str) -> WorkerFunction:
    if "FUNCTION_SECRETS" in os.environ:
        add_secrets(os.environ, Aws(os.environ["AWS_REGION"]).client("secretsmanager"))
    worker = importlib.import_module(f"{service}.worker")
    settings = load_settings(worker.WorkerSettings)
    logs.configure(service_of(type(settings)), settings.log_level)
    client = Aws(settings.aws_region, settings.aws_endpoint_url).client("sqs")
    return WorkerFunction(worker.build(settings), client)


handler = _made(os.environ["SERVICE"])
