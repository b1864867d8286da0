"""What the suite in containers survives: killed processes, restarts, an emulator that forgets everything."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.compose.compose import Project, docker, eventually, inspect, is_healthy
from tests.compose.load import Load
from tests.system.client import Account, Client, sign_up
from tests.system.environment import Environment

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]

SERVICES = ("users", "todos", "media")


@pytest.mark.parametrize(
    "service",
    [
        "postgres",
        "redis",
        "users",
        "todos",
        "media",
        "users-worker",
        "todos-worker",
        "media-worker",
        "gateway",
    ],
)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may kill a process of a container")
def test_a_killed_process_comes_back_and_nothing_acknowledged_is_lost(
    project: Project, environment: Environment, service: str
) -> None:
    load = Load(environment)
    [container] = project.containers(service)
    before = inspect(container)["State"]
    with load.running():
        assert eventually(lambda: bool(load.todos and load.friends and load.files))
        _kill_main_process(before["Pid"])
        assert eventually(lambda: inspect(container)["State"]["StartedAt"] != before["StartedAt"])
        assert eventually(lambda: is_healthy(container))
        _wait_until_ready(environment)
        done = len(load.todos), len(load.friends), len(load.files)
        assert eventually(lambda: len(load.todos) > done[0] and len(load.friends) > done[1])
        assert eventually(lambda: len(load.files) > done[2])
    print(
        f"{service}: {len(load.todos)} to-dos, {len(load.friends)} accounts, {len(load.files)} files", end=" "
    )
    print(f"acknowledged, {load.failures} calls failed and were repeated")
    assert load.lost_todos() == set()
    assert load.lost_friends() == set()
    assert eventually(lambda: not load.unready_files())


def _kill_main_process(init: int) -> None:
    """Kill what the container's init started: the engine takes that for a crash, and not for a wish."""
    children = Path(f"/proc/{init}/task/{init}/children").read_text().split()
    for pid in children or [str(init)]:
        os.kill(int(pid), signal.SIGKILL)


def _wait_until_ready(environment: Environment) -> None:
    with Client(environment) as client:
        for service in SERVICES:
            assert eventually(partial(_answers, client, service))


def _answers(client: Client, service: str) -> bool:
    try:
        return client.get(service, "/readyz").status_code == 200
    except requests.RequestException:
        return False


def test_a_rolling_restart_of_two_copies_of_each_service_loses_no_request(
    project: Project, environment: Environment
) -> None:
    twice, once = ([f"--scale={name}={count}" for name in SERVICES] for count in (2, 1))
    project.compose("up", "--detach", "--no-recreate", *twice)
    containers = [one for name in SERVICES for one in project.containers(name)]
    try:
        assert len(containers) == 6
        assert all(eventually(partial(is_healthy, one)) for one in containers)
        time.sleep(2)  # the gateway looks its names up every second
        visitors = Visitors(sign_up(environment), is_forgiving=not project.emulator_is_atomic())
        with visitors:
            for container in containers:
                docker("restart", "--time", "30", container)
                assert eventually(partial(is_healthy, container))
    finally:
        project.compose("up", "--detach", "--no-recreate", *once)
    print(f"{visitors.count} requests during six restarts: {sorted(visitors.unwanted)} unwanted")
    assert visitors.count > 300
    assert visitors.unwanted == []


class Visitors:
    """Threads that read and write without a break; every answer that is no success is kept.

    A forgiving one does not mind that a service says its emulator failed: no request was lost then.
    """

    def __init__(self, account: Account, *, is_forgiving: bool) -> None:
        self._account = account
        self._is_forgiving = is_forgiving
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
        for method, path, body in itertools.cycle(calls[service]):
            if self._over.is_set():
                return
            response = client.call(method, service, path, json=body)
            self.count += 1
            if response.status_code not in {200, 201} and not self._is_forgiven(response):
                self.unwanted.append(
                    f"{method} {service} {path}: {response.status_code} {response.text[:200]}"
                )
            time.sleep(0.02)

    def _is_forgiven(self, response: requests.Response) -> bool:
        return self._is_forgiving and response.status_code == 503 and "at the moment" in response.text


_UPLOAD = {"filename": "a.jpg", "content_type": "image/jpeg", "size": 1000}


def test_what_the_emulator_forgot_is_made_again(project: Project, environment: Environment) -> None:
    [container] = project.containers("aws")
    load = Load(environment)
    with load.running():
        assert eventually(lambda: bool(load.friends))
        _kill_emulator(container)
        assert eventually(lambda: is_healthy(container))
        _wait_until_ready(environment)
    assert load.lost_friends() == set()
    after = Load(environment)
    with after.running():
        assert eventually(lambda: bool(after.todos and after.friends and after.files))
    assert after.lost_todos() == set()
    assert eventually(lambda: not after.unready_files())


def _kill_emulator(container: str) -> None:
    if os.geteuid() == 0:
        before = inspect(container)["State"]
        _kill_main_process(before["Pid"])
        assert eventually(lambda: inspect(container)["State"]["StartedAt"] != before["StartedAt"])
    else:
        docker("restart", "--time", "1", container)
