"""A Postgres that hangs: the accounts are refused in time, the rest goes on, nothing has to be restarted."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from tests.system.expect import answer, eventually, problem


@contextmanager
def frozen(running):
    pids = running.pause_whole("postgres")
    try:
        yield
    finally:
        running.resume_whole(pids)


def profiles_at_once(account, count):
    """Ask for the profile in many threads, each on a connection of its own."""

    def ask(_number):
        with account.again() as client:
            return client.get("users", "/v1/me")

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


@pytest.mark.timeout(900)
def test_every_call_is_answered_while_postgres_hangs(healthy, anna):
    with frozen(healthy):
        for response in profiles_at_once(anna, 40):
            problem(response, 503)
            assert int(response.headers["Retry-After"]) > 0
        assert anna.client.get("users", "/readyz").status_code == 503
        assert answer(anna.client.get("users", "/.well-known/jwks.json"))["keys"]
        anna.todo("Written without the accounts")


@pytest.mark.timeout(900)
def test_the_accounts_are_back_when_postgres_is(healthy, anna):
    with frozen(healthy):
        profiles_at_once(anna, 40)
    eventually(lambda: anna.client.get("users", "/v1/me").status_code == 200, "the profile can be read again")
    eventually(
        lambda: all(response.status_code == 200 for response in profiles_at_once(anna, 40)),
        "everybody is served again",
    )
