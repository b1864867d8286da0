"""All parts at once, by force and in order: everything acknowledged is there afterwards."""

import time

import pytest


@pytest.mark.timeout(700)
def test_everything_killed_at_once_is_up_again_with_all_that_was_acknowledged(
    healthy, environment, anna, load
):
    with load.running():
        time.sleep(4)
        healthy.kill_everything()
        healthy.command("up")
        time.sleep(1)
    assert load.faults == []
    assert load.ledger.todos
    assert load.ledger.accounts
    assert load.ledger.files
    load.ledger.check(environment, anna)


@pytest.mark.timeout(700)
def test_down_and_up_lose_nothing(healthy, environment, anna, load):
    with load.running():
        time.sleep(4)
        healthy.command("down")
        healthy.command("up")
        time.sleep(1)
    assert load.faults == []
    load.ledger.check(environment, anna)


@pytest.mark.timeout(300)
def test_down_leaves_no_process_behind(healthy):
    pids = {part["pid"] for part in healthy.parts().values() if part["pid"]}
    assert pids
    healthy.command("down")
    assert all(not part["pid"] for part in healthy.parts().values())


@pytest.mark.timeout(300)
def test_a_second_up_changes_nothing(healthy):
    before = {name: part["pid"] for name, part in healthy.parts().items()}
    healthy.command("up")
    assert {name: part["pid"] for name, part in healthy.parts().items()} == before


@pytest.mark.timeout(300)
def test_a_restart_of_one_part_leaves_the_others_alone(healthy):
    before = {name: part["pid"] for name, part in healthy.parts().items()}
    healthy.command("restart", "todos")
    after = {name: part["pid"] for name, part in healthy.parts().items()}
    assert {name for name in before if before[name] != after[name]} == {"todos"}
