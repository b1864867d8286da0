"""Photographs and a worker that is killed again and again: each gets its thumbnails, nobody waits long."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest
from tests.system.client import sign_up
from tests.system.expect import eventually
from tests.system.pictures import photograph
from tests.system.uploading import SETTLED, settled, upload

NAMES = ["large", "medium", "small"]
PHOTOGRAPH = photograph(6, 2400, 1600)

FRUITLESS_LIVES = 3
"""How often the worker may die in a row without having brought anything to its end."""


def upload_many(account, count):
    """Upload the photograph `count` times in parallel."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: upload(account, PHOTOGRAPH), range(count)))


def files_of(account):
    """Return all of the account's files by id; an access token that has run out meanwhile is renewed."""
    if account.client.get("media", "/v1/objects", params={"limit": 1}).status_code == 401:
        account.client.token = account.sign_in()["access_token"]
    found, cursor = {}, {}
    while cursor is not None:
        page = account.client.get("media", "/v1/objects", params={"limit": 200, **cursor}).json()
        found |= {item["id"]: item for item in page["items"]}
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    return found


class DyingWorker:
    """A worker that is killed with all its decoders, again and again, from `start` to `stop`.

    Each life lasts five seconds, or on a slow machine twice what a worker needs from its start to its first
    picture: a shorter one says nothing about the worker. Make it while there is nothing else to do.
    """

    def __init__(self, suite, account):
        self._suite = suite
        self.deaths = 0
        started = time.monotonic()
        self._kill()
        wait_of(account)
        self._life = max(5.0, 2 * (time.monotonic() - started))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(self._life):
            self._kill()

    def _kill(self):
        before = self._suite.kill_whole("media-worker")["media-worker"]
        eventually(
            lambda: self._suite.parts()["media-worker"]["pid"] not in {0, before}, "it starts again", 90
        )
        self.deaths += 1


def wait_of(account):
    """Return the seconds in which a picture of the account becomes ready."""
    started = time.monotonic()
    assert settled(account, upload(account, PHOTOGRAPH), seconds=300)["status"] == "ready"
    return time.monotonic() - started


def settled_ones(account, identifiers):
    found = files_of(account)
    return [found[one] for one in identifiers if found[one]["status"] in SETTLED]


def assert_all_get_through(account, identifiers, worker):
    """Each few lives of the worker bring some to their end, until each has its three thumbnails."""
    most, since = -1, worker.deaths
    while len(done := settled_ones(account, identifiers)) < len(identifiers):
        if len(done) > most:
            most, since = len(done), worker.deaths
        assert worker.deaths - since <= FRUITLESS_LIVES, f"{most} of {len(identifiers)}, and no more"
        time.sleep(1)
    outcomes = [(one["status"], sorted(t["name"] for t in one["thumbnails"])) for one in done]
    assert outcomes == [("ready", NAMES)] * len(identifiers)


@pytest.mark.timeout(600)
def test_photographs_get_their_thumbnails_however_often_the_worker_is_killed(healthy, anna):
    with DyingWorker(healthy, anna) as worker:
        assert_all_get_through(anna, upload_many(anna, 20), worker)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_500_photographs_and_a_dying_worker_do_not_hold_up_a_stranger(healthy, environment, anna):
    stranger = sign_up(environment)
    quiet = median(wait_of(stranger) for _ in range(9))
    worker = DyingWorker(healthy, stranger)
    identifiers = upload_many(anna, 500)
    with worker:
        waits = [wait_of(stranger) for _ in range(15)]
        assert_all_get_through(anna, identifiers, worker)
    assert median(waits) < 3 * quiet, (quiet, waits)
