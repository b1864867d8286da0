"""A Redis that hangs is worse than one that is dead: reads stay right, requests are answered."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.system.expect import answer, eventually


def write_and_read(account, rounds):
    """Change one to-do again and again; each reading, on a connection of its own, shows the last change."""
    path = f"/v1/todos/{account.todo('version -1')['id']}"
    for number in range(rounds):
        title = f"version {number}"
        answer(account.client.patch("todos", path, {"title": title}))
        with account.again() as other:
            assert answer(other.get("todos", path))["title"] == title
            titles = [todo["title"] for todo in answer(other.get("todos", "/v1/todos"))["items"]]
            assert titles == [title]


@pytest.mark.timeout(900)
def test_no_read_is_older_than_ones_own_write_while_redis_hangs_and_after(healthy, anna):
    with ThreadPoolExecutor(1) as pool:
        write_and_read_all_along = pool.submit(write_and_read, anna, 60)
        time.sleep(0.5)
        for _ in range(2):
            frozen = healthy.pause("cache")
            try:
                time.sleep(3)
            finally:
                healthy.resume(frozen)
            time.sleep(1)
        write_and_read_all_along.result()


@pytest.mark.timeout(900)
def test_readiness_says_degraded_while_redis_hangs_and_ok_after(healthy, anna):
    frozen = healthy.pause("cache")
    try:
        ready = answer(anna.client.get("todos", "/readyz"))
        assert ready["status"] == "degraded"
        assert {check["status"] for check in ready["checks"].values()} == {"ok", "failed"}
        anna.todo("Written without Redis")
    finally:
        healthy.resume(frozen)
    eventually(lambda: answer(anna.client.get("todos", "/readyz"))["status"] == "ok", "readiness says ok")
