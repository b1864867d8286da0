"""Hosts one function of a service until SIGTERM; see settings.py for its environment."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from functions.http_api import HttpApi
from functions.instance import Instance
from functions.mappings import QueueMapping, Schedule, StreamMapping
from functions.pool import Pool
from functions.settings import FunctionSettings, FunctionSettingsError

_Run = Callable[[threading.Event], None]


def main() -> int:
    """Host it; returns the exit code (2: the environment is wrong)."""
    logging.basicConfig(level=logging.WARNING)
    try:
        settings = FunctionSettings.read(os.environ)
    except FunctionSettingsError as error:
        print(f"functions: {error}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    handler = f"chassis.function.{settings.kind}.handler"
    pool = Pool(partial(Instance, handler, os.environ), settings.concurrency, settings.seconds)
    try:
        (_serve if settings.kind == "api" else _map)(settings, pool, stop)
    finally:
        pool.close()
    return 0


def _serve(settings: FunctionSettings, pool: Pool, stop: threading.Event) -> None:
    """Serve until `stop` is set, then finish what is in hand."""
    server = HttpApi(settings.port, pool.invoke)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stop.wait()
    server.shutdown()
    pool.wait_until_idle()


def _map(settings: FunctionSettings, pool: Pool, stop: threading.Event) -> None:
    threads = [threading.Thread(target=run, args=(stop,)) for run in _mappings(settings, pool.invoke)]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join()


def _mappings(settings: FunctionSettings, invoke: Callable[[Any], Any]) -> list[_Run]:
    queues, tables = _client("sqs"), _client("dynamodb")
    # DynamoDB's emulator names shards shorter than AWS does.
    streams = _client("dynamodbstreams", parameter_validation=False)
    return [
        *(QueueMapping(queues, url, invoke).run for url in settings.queues),
        *(StreamMapping(tables, streams, table, invoke).run for table in settings.tables),
        Schedule(settings.schedule_seconds, invoke).run,
    ]


def _client(service: str, **options: Any) -> Any:
    make: Any = boto3.client
    endpoint, region = os.environ.get("AWS_ENDPOINT_URL"), os.environ.get("AWS_REGION", "us-east-1")
    return make(service, endpoint_url=endpoint, region_name=region, config=Config(**options))


if __name__ == "__main__":
    sys.exit(main())
