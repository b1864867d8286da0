"""Our own emulator in place of LocalStack, put there while the suite runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.compose.compose import Project, docker, eventually, is_healthy, kill_main_process
from tests.compose.load import Load, wait_until_ready
from tests.compose.running import OF_WHAT_DIFFERS, system_tests
from tests.system.environment import Environment

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]


def test_it_is_locked_down_like_a_container_of_ours(swapped: Project) -> None:
    found = swapped.inspect("aws")
    assert found["Config"]["User"] == "10001:10001"
    assert found["HostConfig"]["ReadonlyRootfs"] is True
    status = docker("exec", swapped.containers("aws")[0], "cat", "/proc/1/status")
    assert "CapEff:\t0000000000000000" in status


def test_killed_it_comes_back_and_has_lost_nothing(swapped: Project, environment: Environment) -> None:
    load = Load(environment)
    [container] = swapped.containers("aws")
    with load.running():
        assert eventually(lambda: bool(load.todos and load.friends and load.files))
        kill_main_process(container)
        assert eventually(lambda: is_healthy(container))
        wait_until_ready(environment)
        assert load.goes_on()
    print(load)
    assert load.lost_todos() == set()
    assert load.lost_friends() == set()
    assert eventually(lambda: not load.unready_files())


def test_gateway_and_storage_pass_their_system_tests_with_it(swapped: Project, certificate: Path) -> None:
    system_tests(swapped, certificate, OF_WHAT_DIFFERS)


@pytest.mark.long
def test_all_system_tests_pass_with_it(swapped: Project, certificate: Path) -> None:
    system_tests(swapped, certificate)
