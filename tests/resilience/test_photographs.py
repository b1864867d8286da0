"""Photographs and a worker that is killed again and again: each gets its thumbnails, nobody waits long."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

import pytest
from tests.system.client import sign_up
from tests.system.expect import eventually
from tests.system.pictures import photograph
from tests.system.uploading import SETTLED, settled, upload

NAMES = ["large", "medium", "small"]
PHOTOGRAPH = photograph(6, 2400, 1600)


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


def kill_the_worker(suite, pause):
    """Wait, kill the worker with all its decoders, and return when another one starts."""
    time.sleep(pause)
    before = suite.kill_whole("media-worker")
    eventually(
        lambda: suite.parts()["media-worker"]["pid"] not in {0, before["media-worker"]}, "it starts again"
    )


@contextmanager
def kept_dying(suite, pause):
    """Have the worker killed again and again while the body runs."""
    stop = threading.Event()

    def kill():
        while not stop.is_set():
            kill_the_worker(suite, pause)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield
    finally:
        stop.set()
        killer.join()


def wait_of(account):
    """Return the seconds in which a picture of the account becomes ready."""
    began = time.monotonic()
    assert settled(account, upload(account, PHOTOGRAPH), seconds=300)["status"] == "ready"
    return time.monotonic() - began


def assert_all_have_three_thumbnails(account, identifiers, seconds):
    def all_settled():
        found = files_of(account)
        return found if all(found[one]["status"] in SETTLED for one in identifiers) else None

    found = eventually(all_settled, "every photograph is settled", seconds)
    outcomes = [
        (found[one]["status"], sorted(t["name"] for t in found[one]["thumbnails"])) for one in identifiers
    ]
    assert outcomes == [("ready", NAMES)] * len(identifiers)


@pytest.mark.timeout(400)
def test_photographs_get_their_thumbnails_however_often_the_worker_is_killed(healthy, anna):
    identifiers = upload_many(anna, 12)
    for _ in range(4):
        kill_the_worker(healthy, pause=2.5)
    assert_all_have_three_thumbnails(anna, identifiers, seconds=200)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_500_photographs_and_a_dying_worker_do_not_hold_up_a_stranger(healthy, environment, anna):
    stranger = sign_up(environment)
    quiet = median(wait_of(stranger) for _ in range(9))
    identifiers = upload_many(anna, 500)
    with kept_dying(healthy, pause=5):
        waits = [wait_of(stranger) for _ in range(15)]
        assert_all_have_three_thumbnails(anna, identifiers, seconds=1500)
    assert median(waits) < 3 * quiet, (quiet, waits)
