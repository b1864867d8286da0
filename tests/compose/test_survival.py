"""What the suite in containers survives: killed processes, and restarts of every service."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from tests.compose.compose import Project, docker, eventually, inspect, is_healthy, kill_main_process
from tests.compose.load import Load, wait_until_ready
from tests.system.client import Account, sign_up
from tests.system.environment import Environment
from tests.system.manifests import SERVICES, WORKERS

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]


LASTING = ("postgres", "redis", "bootstrap", "gateway", *SERVICES, *WORKERS)


@pytest.mark.parametrize("service", LASTING)
def test_a_killed_process_comes_back_and_nothing_acknowledged_is_lost(
    sturdy: Project, environment: Environment, service: str
) -> None:
    load = Load(environment)
    [container] = sturdy.containers(service)
    with load.running():
        assert eventually(lambda: bool(load.todos and load.friends and load.files))
        kill_main_process(container)
        assert eventually(lambda: is_healthy(container))
        wait_until_ready(environment)
        assert load.goes_on()
    print(f"{service}: {load}")
    assert load.lost_todos() == set()
    assert load.lost_friends() == set()
    assert eventually(lambda: not load.unready_files())


def test_a_rolling_restart_of_two_copies_of_each_service_loses_no_request(
    sturdy: Project, environment: Environment
) -> None:
    twice, once = ([f"--scale={name}={count}" for name in SERVICES] for count in (2, 1))
    sturdy.compose("up", "--detach", "--no-recreate", *twice)
    pairs = [sturdy.containers(name) for name in SERVICES]
    try:
        assert [len(pair) for pair in pairs] == [2] * len(SERVICES)
        assert all(eventually(partial(is_healthy, one)) for pair in pairs for one in pair)
        time.sleep(2)  # the gateway looks its names up every second
        visitors = Visitors(sign_up(environment))
        with visitors:
            for turn in zip(*pairs, strict=True):
                _stop_and_start(turn)
    finally:
        sturdy.compose("up", "--detach", "--no-recreate", *once)
    print(f"{visitors.count} requests during two restarts of every service: {visitors.unwanted} unwanted")
    assert visitors.count > 200
    assert visitors.unwanted == []


def _stop_and_start(containers: Sequence[str]) -> None:
    """Restart containers side by side; each has to end by itself, in order, within its grace."""
    docker("stop", "--time", "30", *containers)
    ends = [inspect(container)["State"]["ExitCode"] for container in containers]
    docker("start", *containers)
    assert ends == [0] * len(containers)
    assert all(eventually(partial(is_healthy, container)) for container in containers)


class Visitors:
    """Threads that read and write without a break; every answer that is no success is kept."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._visit, args=[name]) for name in SERVICES]
        self.unwanted: list[str] = []
        self.count = 0

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _visit(self, service: str) -> None:
        calls: dict[str, list[tuple[str, str, dict[str, Any] | None]]] = {
            "users": [("GET", "/v1/me", None), ("PATCH", "/v1/me", {"name": "Anna Ö"})],
            "todos": [("GET", "/v1/todos", None), ("POST", "/v1/todos", {"title": "x"})],
            "media": [("GET", "/v1/objects", None), ("POST", "/v1/uploads", _UPLOAD)],
        }
        client = self._account.again()
        for method, path, body in itertools.cycle(calls.get(service, [("GET", "/openapi.json", None)])):
            if self._over.is_set():
                return
            response = client.call(method, service, path, json=body)
            self.count += 1
            if response.status_code not in {200, 201}:
                self.unwanted.append(
                    f"{method} {service} {path}: {response.status_code} {response.text[:200]}"
                )
            time.sleep(0.02)


_UPLOAD = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 1000}


def test_what_is_asked_to_stop_ends_by_itself(sturdy: Project) -> None:
    asked = (*WORKERS, "gateway", "postgres", "redis")
    _stop_and_start([sturdy.containers(service)[0] for service in asked])
