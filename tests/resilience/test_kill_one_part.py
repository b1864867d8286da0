"""`kill -9` of each part under load: it comes back by itself, and nothing acknowledged is lost."""

import time

import pytest
from tests.system.manifests import SERVICES, WORKERS

PARTS = ["postgres", "cache", "dynamo", "mail", "emulator", *SERVICES, *WORKERS, "gateway"]


def under_load(load, environment, owner, strike):
    """Let the writers work before, during and for a while after `strike`; then compare."""
    with load.running():
        time.sleep(2)
        before = load.ledger.count()
        strike()
        time.sleep(2)
    assert load.faults == []
    assert load.ledger.count() > before, "nothing was written after the part had come back"
    load.ledger.check(environment, owner)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PARTS)
def test_a_killed_part_comes_back_and_nothing_acknowledged_is_lost(healthy, environment, anna, load, name):
    if name not in healthy.parts():
        pytest.skip(f"this suite has no part {name!r} of its own")

    def strike():
        healthy.await_return(healthy.kill(name))

    under_load(load, environment, anna, strike)
    connections_lost = {trouble for trouble in load.troubles if not trouble.isdigit()}
    assert name == "gateway" or not connections_lost, load.troubles


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["todos", "media-worker", "gateway", "postgres"])
def test_a_part_killed_with_all_its_processes_comes_back(healthy, environment, anna, load, name):
    def strike():
        healthy.await_return(healthy.kill_whole(name))

    under_load(load, environment, anna, strike)


@pytest.mark.timeout(900)
def test_without_redis_nothing_is_wrong_but_the_speed(healthy, environment, anna, load):
    def strike():
        for _ in range(3):
            healthy.await_return(healthy.kill("cache"))

    under_load(load, environment, anna, strike)
    assert not load.troubles, "Redis is a cache: its absence must not fail a request"


@pytest.mark.timeout(900)
def test_all_stores_killed_at_once_come_back(healthy, environment, anna, load):
    stores = [name for name in ("postgres", "cache", "dynamo", "emulator") if name in healthy.parts()]

    def strike():
        healthy.await_return(healthy.kill(*stores))

    under_load(load, environment, anna, strike)
