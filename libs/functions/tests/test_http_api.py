"""A tiny service behind the HTTP API and in processes of its own, as AWS would run it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from functions.http_api import HttpApi
from functions.instance import Instance
from functions.pool import Pool

ROOT = Path(__file__).parents[3]


def told(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'libs'}:{ROOT}:{ROOT / 'libs/chassis/tests'}",
        "AUTH_ISSUER": "https://users.example.test",
        "AUTH_JWKS_URL": "http://127.0.0.1:9/jwks",
        "SERVICE": "tiny",
        "PWD": str(folder),
    }


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    folder = tmp_path_factory.mktemp("function")
    made = Pool(partial(Instance, "chassis.function.api.handler", told(folder)), 2, 120)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)  # where the tiny service leaves word of what it has asked
        yield made
    made.close()


@pytest.fixture(scope="module")
def url(pool: Pool) -> Iterator[str]:
    server = HttpApi(0, pool.invoke)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def pid_of(url: str) -> int:
    found: int = requests.get(f"{url}/v1/slow", timeout=120).json()["pid"]
    return found


def test_a_service_answers_through_the_runtime_interface_as_it_does_under_gunicorn(url: str) -> None:
    answer = requests.get(f"{url}/v1/slow", timeout=120)
    assert answer.status_code == 200
    assert answer.headers["X-Request-Id"]
    assert requests.get(f"{url}/livez", timeout=120).status_code == 200
    missing = requests.get(f"{url}/v1/nothing", timeout=120)
    assert (missing.status_code, missing.headers["Content-Type"]) == (404, "application/problem+json")
    head = requests.head(f"{url}/v1/slow", timeout=120)
    assert (head.status_code, head.content) == (200, b"")


def test_one_process_has_one_call_at_a_time_and_is_used_again(url: str) -> None:
    assert pid_of(url) == pid_of(url)
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(requests.get, f"{url}/v1/slow?seconds=2", timeout=120) for _ in range(2)]
        pids = {one.result().json()["pid"] for one in asked}
    assert len(pids) == 2


def test_a_process_that_dies_with_a_call_in_hand_costs_that_call_and_is_replaced(url: str) -> None:
    pid = pid_of(url)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(requests.get, f"{url}/v1/slow?seconds=10", timeout=120)
        time.sleep(0.5)  # it has the call in hand
        os.kill(pid, signal.SIGKILL)
        assert asked.result().status_code == 500
    assert pid_of(url) != pid


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": "99999999999"}, 413),
        ({"Content-Length": "many"}, 411),
        ({"Transfer-Encoding": "x"}, 411),
    ],
)
def test_what_the_api_does_not_take_is_refused_before_it_is_read(
    url: str, headers: dict[str, str], status: int
) -> None:
    request = requests.Request("POST", f"{url}/v1/slow", headers=headers).prepare()
    request.headers.update(headers)
    with requests.Session() as session:
        assert session.send(request, timeout=120).status_code == status


def runtime_address(pid: int) -> str:
    """Return where the function's process asks for its calls, as only its own user can see."""
    variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return next(
        one.decode().partition("=")[2] for one in variables if one.startswith(b"AWS_LAMBDA_RUNTIME_API=")
    )


def test_nobody_else_takes_a_call_or_answers_it(url: str) -> None:
    address = runtime_address(pid_of(url))
    port, runtime = address.partition("/")[0], "2018-06-01/runtime"
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(requests.get, f"{url}/v1/slow?seconds=1", timeout=120)
        time.sleep(0.5)  # it has the call in hand
        for below in ("", "/", "/x", f"/{'x' * 43}"):
            forged = requests.post(
                f"http://{port}{below}/{runtime}/invocation/x/response", json={}, timeout=120
            )
            assert forged.status_code == 404
            assert (
                requests.get(f"http://{port}{below}/{runtime}/invocation/next", timeout=120).status_code
                == 404
            )
        assert "pid" in asked.result().json()


def test_an_outcome_that_nothing_waits_for_goes_to_no_later_call(url: str) -> None:
    address = runtime_address(pid_of(url))
    late = requests.post(
        f"http://{address}/2018-06-01/runtime/invocation/x/response", json={"body": "another's"}, timeout=120
    )
    assert late.status_code == 400
    assert pid_of(url) == pid_of(url)


def test_a_function_that_cannot_be_made_is_an_error_and_no_silence(tmp_path: Path) -> None:
    environment = {**told(tmp_path), "SERVICE": "nothing_of_that_name"}
    broken = Pool(partial(Instance, "chassis.function.api.handler", environment), 1, 60)
    server = HttpApi(0, broken.invoke)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    answer: Any = requests.get(f"http://127.0.0.1:{server.server_port}/", timeout=120)
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    server.shutdown()
    broken.close()
