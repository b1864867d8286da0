"""A service that runs as functions: how it gets there, its releases, and the way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.deploy.world import World, lines, write_variables
from tests.structure.aws_program import complaints

from slipway.terminal.problems import FAILED, OK
from slipway.testing.lambdas import Made

pytestmark = pytest.mark.xdist_group("deploy")

_AS_FUNCTIONS = {"users": "lambda"}


@pytest.fixture(scope="module")
def move(empty_world: World, first_deployment: dict[str, Any]) -> dict[str, Any]:
    """How users, of which 1.0.0 served in tasks, became functions; remembered as `moved`."""
    empty_world.restore()
    empty_world.push("1.1.0")
    write_variables(empty_world, compute=_AS_FUNCTIONS)
    done = {"apply": empty_world.deploy("--apply")}
    done["plan"] = empty_world.run("dev", "--plan", "--expect-none")
    empty_world.remember("moved")
    return done


@pytest.fixture
def moved(empty_world: World, move: dict[str, Any]) -> World:
    """The environment in which users runs as functions, of release 1.0.0."""
    assert move["apply"].returncode == OK, move["apply"].stderr
    empty_world.restore("moved")
    empty_world.cluster.calls.clear()
    empty_world.cluster.lambdas.pointed.clear()
    return empty_world


@pytest.fixture
def alarm(moved: World) -> str:
    """The alarm of the API's errors, which Lambda rings when a test says so."""
    moved.cluster.lambdas.ring = moved.cluster.alarms.add
    return f"{moved.project}-dev-users-api-errors"


def _function(world: World, role: str) -> Made:
    return world.cluster.lambdas.functions[f"{world.project}-dev-users-{role}"]


def _pointed(world: World) -> list[tuple[str, str, dict[str, float]]]:
    """Where the aliases were moved to, by role."""
    return [(name.rpartition("-")[2], *where) for name, *where in world.cluster.lambdas.pointed]


def _image(world: World, tag: str) -> str:
    """The image of users with this tag, as Lambda names it."""
    repository = f"{world.project}-dev/users"
    return (
        f"000000000000.dkr.ecr.eu-west-1.amazonaws.com/{repository}@{world.cluster.images[repository, tag]}"
    )


def test_a_service_in_tasks_becomes_functions_of_the_same_release(moved: World, move: dict[str, Any]) -> None:
    assert set(moved.cluster.services) == {"todos-api"}
    for role in ("api", "worker"):
        made = _function(moved, role)
        assert (made.serving, made.image_of(made.serving)) == ("1", _image(moved, "1.0.0"))
    assert moved.served() == moved.released() == {"users": "1.0.0", "todos": "1.0.0"}
    assert "https://users.dev.example.com is ready and serves 1.0.0" in move["apply"].stdout
    assert move["plan"].returncode == OK, move["plan"].stdout


def test_a_release_migrates_by_a_task_then_gives_a_new_version_a_part_of_the_calls_then_all(
    moved: World,
) -> None:
    done = moved.deploy("--image-tag", "1.1.0")
    assert done.returncode == OK, done.stderr
    assert moved.served() == moved.released() == {"users": "1.1.0", "todos": "1.1.0"}
    assert _pointed(moved) == [("api", "1", {"2": 0.1}), ("api", "2", {}), ("worker", "2", {})]
    steps = {"RunTask", "UpdateFunctionCode", "PublishVersion", "Invoke", "UpdateAlias"}
    order = list(dict.fromkeys(one for one in moved.cluster.calls if one in steps))
    assert order == ["RunTask", "UpdateFunctionCode", "PublishVersion", "Invoke", "UpdateAlias"]
    assert "https://users.dev.example.com is ready and serves 1.1.0" in done.stdout
    shown = [line for line in lines(done.stdout) if line.startswith("aws lambda ")]
    assert {re.split(r" +", line)[2] for line in shown} >= {"publish-version", "invoke", "update-alias"}
    assert [(line, complaints(line)) for line in shown if complaints(line)] == []
    plan = moved.run("dev", "--plan", "--expect-none")
    assert plan.returncode == OK, plan.stdout


def test_a_version_that_does_not_start_gets_no_call_and_its_release_is_taken_back(moved: World) -> None:
    moved.cluster.lambdas.broken = {_image(moved, "1.1.0")}
    done = moved.deploy("--image-tag", "1.1.0", "--timeout", "1")
    assert done.returncode == FAILED
    assert "users-api was not deployed: version 2 of" in done.stderr
    assert "no settings" in done.stderr
    assert {(version, len(weights)) for _, version, weights in _pointed(moved)} == {("1", 0)}
    assert moved.served() == moved.released() == {"users": "1.0.0", "todos": "1.1.0"}
    plan = moved.run("dev", "--plan", "--expect-none")
    assert plan.returncode == OK, plan.stdout


def test_an_alarm_while_a_part_of_the_calls_goes_to_the_new_version_takes_both_roles_back(
    moved: World, alarm: str
) -> None:
    moved.cluster.lambdas.goes_off = {0.1: alarm}
    done = moved.deploy("--image-tag", "1.1.0", "--service", "users")
    assert done.returncode == FAILED
    assert f"users-api was not deployed: alarms: {alarm}" in done.stderr
    assert f"users-worker was not deployed: alarms: {alarm}" in done.stderr
    assert _pointed(moved)[0] == ("api", "1", {"2": 0.1})
    assert {(made.serving, len(made.weights)) for made in moved.cluster.lambdas.functions.values()} == {
        ("1", 0)
    }
    assert moved.released() == moved.released("next") == {"users": "1.0.0", "todos": "1.0.0"}


def test_a_rollback_brings_back_the_release_before_without_a_migration(moved: World) -> None:
    assert moved.deploy("--image-tag", "1.1.0").returncode == OK
    moved.cluster.calls.clear()
    done = moved.deploy("--rollback")
    assert done.returncode == OK, done.stderr
    assert moved.served() == moved.released() == {"users": "1.0.0", "todos": "1.0.0"}
    assert "RunTask" not in moved.cluster.calls


def test_secrets_are_read_again_by_versions_of_the_same_image(moved: World) -> None:
    done = moved.deploy("--apply", "--restart")
    assert done.returncode == OK, done.stderr
    for role in ("api", "worker"):
        made = _function(moved, role)
        assert (made.serving, made.image_of("2")) == ("2", _image(moved, "1.0.0"))


def test_functions_become_tasks_again_with_the_release_that_served(moved: World) -> None:
    write_variables(moved)
    done = moved.deploy("--apply")
    assert done.returncode == OK, done.stderr
    assert moved.cluster.lambdas.functions == {}
    assert set(moved.cluster.services) == {"todos-api", "users-api", "users-worker"}
    assert moved.served() == {"users": "1.0.0", "todos": "1.0.0"}


def test_the_first_release_of_all_makes_the_functions(empty_world: World, move: dict[str, Any]) -> None:
    world = empty_world
    world.restore("applied")
    world.push("1.0.0")
    write_variables(world, compute=_AS_FUNCTIONS)
    made = world.deploy("--apply")
    assert made.returncode == OK, made.stderr
    assert world.cluster.lambdas.functions == {}
    done = world.deploy("--image-tag", "1.0.0")
    assert done.returncode == OK, done.stderr
    assert _pointed(world) == [("api", "1", {}), ("worker", "1", {})]
    assert world.served() == world.released() == {"users": "1.0.0", "todos": "1.0.0"}
