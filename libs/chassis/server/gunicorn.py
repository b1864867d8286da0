"""gunicorn's configuration, the same for every service: `gunicorn --config python:chassis.server.gunicorn`.

Threads wait for stores, so eight of them share a process; more made no difference when
measured. The keep-alive outlives the gateway's, so that a reused connection is never closed under a request;
sockets.py says when it can be connected to, worker.py how a worker accepts and ends, response.py how it
sends, refusals.py how it refuses.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from prometheus_client import multiprocess

from chassis.http import health
from chassis.process.restart_on_change import end_when_changed
from chassis.server import refusals, response
from chassis.server.preload import preload
from chassis.server.sockets import Listener, listeners_of
from chassis.server.worker import DrainingWorker

worker_class = "chassis.server.worker.DrainingWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
keepalive = 75
timeout = 60
graceful_timeout = 25
backlog = 512
max_requests = 0
limit_request_line = 8190
limit_request_fields = 200  # the gateway refuses more than 100, and adds its own
limit_request_field_size = 16380  # a field of the 8 KiB that the gateway accepts, unpacked from HTTP/2
accesslog = None  # the app logs its own requests, as JSON
errorlog = "-"
loglevel = "warning"
control_socket_disable = True

worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112  # a heartbeat file, not data


def on_starting(server: Any) -> None:
    """Make the app before the workers are forked: its code is read once, and its memory is shared.

    The addresses are taken, and opened once a worker is ready.
    """
    response.install()
    refusals.install()
    preload(server.app.wsgi)
    server.LISTENERS = listeners_of(server)


def post_worker_init(worker: Any) -> None:
    """Warm the worker up before it takes requests; end the server when what it was told is no longer so."""
    end_when_changed(worker.ppid)
    if isinstance(worker.wsgi, Flask):
        health.warm_up(worker.wsgi.extensions["slipway.needs"], is_wanted=lambda: worker.alive)
    for listener in worker.sockets:
        if isinstance(listener, Listener) and worker.alive:
            listener.open()


def child_exit(_server: Any, worker: Any) -> None:
    """Fold a gone worker's metrics into the totals, and take it out of the shares of connections."""
    DrainingWorker.shares.leave(worker.age)
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library has no types
