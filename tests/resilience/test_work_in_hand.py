"""What was begun when a part died is finished in the end."""

import time

import pytest
from tests.system.documents import PRIVATE_READS
from tests.system.expect import eventually
from tests.system.manifests import WORKERS
from tests.system.pictures import photograph
from tests.system.uploading import look, settled, upload


def is_erased(account):
    """Say whether every service refuses the account's still valid token."""
    return all(
        account.client.get(read.service, read.path).status_code == 401 for read in PRIVATE_READS.values()
    )


@pytest.mark.timeout(900)
def test_a_worker_killed_in_the_middle_of_a_thumbnail_finishes_it_later(healthy, anna):
    content = photograph(6, 6000, 4000)
    for _ in range(2):
        aimed = healthy.aim("media-worker")
        identifier = upload(anna, content)
        eventually(lambda one=identifier: look(anna, one)["status"] != "pending", "the worker is at it")
        healthy.strike_whole(aimed)
        healthy.await_return(aimed)
        found = settled(anna, identifier)
        assert (found["status"], len(found["thumbnails"])) == ("ready", 3)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", ["emulator", "media-worker", "media"])
def test_a_file_taken_in_right_before_a_part_died_gets_its_thumbnails(healthy, anna, part):
    identifiers = []
    for _ in range(3):
        aimed = healthy.aim(part)
        identifiers.append(upload(anna, photograph()))
        healthy.strike(aimed)
        healthy.await_return(aimed)
    for identifier in identifiers:
        assert settled(anna, identifier)["status"] == "ready"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", ["emulator", *WORKERS, "postgres"])
def test_an_account_closed_right_before_a_part_died_is_erased(healthy, anna, part):
    anna.todo("Forget me")
    settled(anna, upload(anna, photograph()))
    aimed = healthy.aim(part)
    anna.close_account()
    healthy.strike(aimed)
    healthy.await_return(aimed)
    eventually(lambda: is_erased(anna), "the account is erased")


@pytest.mark.timeout(900)
def test_an_account_closed_while_the_emulator_is_away_is_erased(healthy, anna):
    anna.todo("Forget me")
    frozen = healthy.pause("emulator")
    try:
        anna.close_account()
        time.sleep(2)
    finally:
        healthy.resume(frozen)
    eventually(lambda: is_erased(anna), "the account is erased")
