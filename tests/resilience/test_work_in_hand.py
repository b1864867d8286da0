"""What was begun when a part died is finished in the end."""

import time

import pytest
from tests.system.expect import eventually
from tests.system.pictures import photograph
from tests.system.uploading import settled, upload


def is_erased(account):
    """Say whether neither to-dos nor files of the account are served, whatever its token still opens."""
    for service, path in (("todos", "/v1/todos"), ("media", "/v1/objects")):
        response = account.client.get(service, path)
        if response.status_code == 401:
            continue
        if response.status_code != 200 or response.json()["items"]:
            return False
    return True


@pytest.mark.timeout(400)
def test_a_worker_killed_in_the_middle_of_a_thumbnail_finishes_it_later(healthy, anna):
    content = photograph(6, 5000, 3500)
    identifiers = [upload(anna, content) for _ in range(4)]
    for _ in range(2):
        time.sleep(0.4)
        healthy.await_return(healthy.kill_whole("media-worker"))
    for identifier in identifiers:
        found = settled(anna, identifier, seconds=200)
        assert (found["status"], len(found["thumbnails"])) == ("ready", 3)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", ["emulator", "media-worker", "media"])
def test_a_file_taken_in_right_before_a_part_died_gets_its_thumbnails(healthy, anna, part):
    identifiers = []
    for _ in range(3):
        identifiers.append(upload(anna, photograph()))
        before = healthy.kill(part)
        healthy.await_return(before)
    for identifier in identifiers:
        assert settled(anna, identifier, seconds=150)["status"] == "ready"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", ["emulator", "users-worker", "todos-worker", "media-worker", "postgres"])
def test_an_account_closed_right_before_a_part_died_is_erased(healthy, anna, part):
    anna.todo("Forget me")
    settled(anna, upload(anna, photograph()))
    anna.close_account()
    healthy.await_return(healthy.kill(part))
    eventually(lambda: is_erased(anna), "the account is erased", seconds=150)


@pytest.mark.timeout(300)
def test_an_account_closed_while_the_emulator_is_away_is_erased(healthy, anna):
    anna.todo("Forget me")
    frozen = healthy.pause("emulator")
    try:
        anna.close_account()
        time.sleep(2)
    finally:
        healthy.resume(frozen)
    eventually(lambda: is_erased(anna), "the account is erased", seconds=150)
