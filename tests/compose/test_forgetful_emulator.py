"""A killed emulator forgets everything, as LocalStack does: the suite makes itself whole again."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.compose.compose import Project, eventually, kill_main_process
from tests.compose.load import Load
from tests.compose.running import demo_works, told_anew
from tests.system.environment import Environment

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]


def test_what_a_killed_emulator_forgot_is_made_again(
    project: Project, environment: Environment, certificate: Path
) -> None:
    [container] = project.containers("aws")
    load = Load(environment)
    with load.running():
        assert eventually(lambda: bool(load.friends))
        with told_anew(project):
            kill_main_process(container)
    assert eventually(lambda: demo_works(project, certificate))
    assert load.lost_friends() == set()
    after = Load(environment)
    with after.running():
        assert eventually(lambda: bool(after.todos and after.friends and after.files))
    assert after.lost_todos() == set()
    assert eventually(lambda: not after.unready_files())
