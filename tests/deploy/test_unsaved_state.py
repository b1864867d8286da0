"""An apply whose state cannot be written: nothing of it is forgotten, and nobody makes it a second time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.deploy.outage import state_cannot_be_written
from tests.deploy.world import World, flat, lines, write_variables

from slipway.terminal.problems import FAILED, OK

pytestmark = [pytest.mark.xdist_group("deploy"), pytest.mark.long]


@pytest.fixture
def kept(world: World) -> Iterator[Path]:
    """The state of an apply that changed the topic's name, in a world where it could not be written."""
    write_variables(world, topic="other")
    with state_cannot_be_written(world.aws["AWS_ENDPOINT_URL"]) as address:
        done = world.deploy("--apply", AWS_ENDPOINT_URL=address)
    kept = world.root / ".slipway" / "deploy" / "dev" / "errored.tfstate"
    assert done.returncode == FAILED
    assert "what was done could not be written into Terraform's state" in done.stderr
    assert f"run the same command here again: it writes {kept} first" in flat(done.stderr)
    yield kept
    kept.unlink(missing_ok=True)


def test_it_is_kept_for_its_own_environment_and_for_its_owner_only(world: World, kept: Path) -> None:
    assert kept.stat().st_mode & 0o077 == 0
    assert not list((world.root / "infra").rglob("errored.tfstate"))


def test_the_same_command_again_writes_it_before_anything_else(world: World, kept: Path) -> None:
    done = world.deploy("--apply")
    assert done.returncode == OK, done.stderr
    verbs = [line.split(" terraform ")[1].split()[1] for line in lines(done.stdout) if " terraform " in line]
    assert verbs[:3] == ["init", "state", "plan"]
    assert "No changes." in done.stdout
    assert not kept.exists()
    assert world.run("dev", "--plan", "--expect-none").returncode == OK


def test_a_plan_in_between_says_that_it_is_wrong(world: World, kept: Path) -> None:
    done = world.run("dev", "--plan")
    assert "The last apply could not write its state" in done.stdout
    assert kept.exists()


def test_it_is_not_written_over_what_another_has_done_since(world: World, kept: Path) -> None:
    held = kept.rename(kept.with_name("elsewhere"))
    for topic in ("third", "fourth"):
        write_variables(world, topic=topic)
        assert world.deploy("--apply").returncode == OK
    held.rename(kept)
    done = world.deploy("--apply")
    assert done.returncode == FAILED
    assert f"the state has been changed since: {kept} cannot be written any more" in flat(done.stderr)
    assert kept.exists()


def test_one_of_whichever_environment_is_written_for_none(world: World, kept: Path) -> None:
    left = world.root / "infra" / "terraform" / "suite" / "errored.tfstate"
    shutil.move(kept, left)
    done = world.deploy("--apply")
    left.unlink()
    assert done.returncode == FAILED
    assert f"there is a state that was never written, of whichever environment: {left}" in flat(done.stderr)
