"""Releases: in the right order, by the right images, and back."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.world import World, flat, lines, write_variables
from tests.structure.aws_program import complaints

from slipway.terminal.problems import FAILED, OK, USAGE

pytestmark = pytest.mark.xdist_group("deploy")


@dataclass
class Release:
    """A release of 1.1.0 as it went: what it wrote, what was in service afterwards, what a plan said then."""

    world: World
    done: subprocess.CompletedProcess[str]
    served: dict[str, str]
    released: dict[str, str]
    plan: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def release(empty_world: World, first_deployment: dict[str, Any]) -> Release:
    """One release that several tests look at."""
    world = empty_world
    world.restore()
    world.push("1.1.0")
    world.cluster.next_task = {"lines": ["step 1 of 2", "step 2 of 2"]}
    done = world.deploy("--image-tag", "1.1.0")
    plan = world.run("dev", "--plan", "--expect-none")
    return Release(world, done, world.served(), world.released(), plan)


def test_a_release_migrates_before_it_serves(release: Release) -> None:
    assert release.done.returncode == OK, release.done.stderr
    assert release.served == release.released == {"users": "1.1.0", "todos": "1.1.0"}
    steps = re.compile(r"run-task|put-parameter|terraform .* apply")
    order = [line for line in lines(release.done.stdout) if steps.search(line)]
    kinds = [re.findall(r"release/\w+|preparation|migrate|apply", line)[0] for line in order]
    expected = ["release/next", "release/next", "apply", "preparation", "migrate"]
    served = ["release/current", "release/current", "release/image", "release/image"]
    assert kinds == [*expected, *served, "apply"]


def test_the_log_of_a_migration_is_shown(release: Release) -> None:
    assert "| step 1 of 2\n  | step 2 of 2\n" in release.done.stdout
    assert "migrate of users: exit code 0" in release.done.stdout


def test_commands_are_shown_as_one_could_type_them(release: Release) -> None:
    shown = lines(release.done.stdout)
    project = release.world.project
    run = next(line for line in shown if "run-task" in line and f"{project}-dev-users-migrate" in line)
    assert run.startswith("aws ecs run-task --region eu-west-1 --cluster ")
    assert '"assignPublicIp": "DISABLED"' in run
    parameter = f"/{project}-dev-todos/release/current"
    assert f"aws ssm put-parameter --region eu-west-1 --name {parameter} --value 1.1.0 --overwrite" in shown
    assert any(line.startswith("TF_DATA_DIR=") and " plan " in line for line in shown)
    stream = next(line for line in shown if "get-log-events" in line and "/migrate" in line)
    assert f"--log-group-name /{project}-dev-users/migrate --log-stream-name migrate/users/" in stream
    lease = f"--bucket {project}-state --key dev/deployment.lock"
    assert f"aws s3api put-object --region eu-west-1 {lease} --body FILE --if-none-match '*'" in shown
    assert "curl --fail https://users.dev.example.com/readyz https://users.dev.example.com/version" in shown


def test_the_aws_program_understands_every_command_that_is_shown(release: Release) -> None:
    shown = [line for line in lines(release.done.stdout) if line.startswith("aws ")]
    assert len({tuple(line.split()[1:3]) for line in shown}) >= 12
    assert [(line, complaints(line)) for line in shown if complaints(line)] == []


def test_no_secret_and_no_colour_is_in_what_a_deployment_writes_to_a_file(release: Release) -> None:
    written = release.done.stdout + release.done.stderr
    assert release.world.aws["AWS_SECRET_ACCESS_KEY"] not in written
    assert "\x1b[" not in written


def test_after_a_release_nothing_is_left_to_apply(release: Release) -> None:
    assert release.plan.returncode == OK
    assert "No changes." in release.plan.stdout


def test_one_service_can_be_released_alone(world: World) -> None:
    done = world.deploy("--image-tag", "1.1.0", "--service", "todos")
    assert done.returncode == OK, done.stderr
    assert world.served() == {"users": "1.0.0", "todos": "1.1.0"}
    assert "RunTask" not in world.cluster.calls


def test_an_unknown_service_is_answered_with_those_there_are(world: World) -> None:
    done = world.deploy("--image-tag", "1.1.0", "--service", "fruit")
    assert done.returncode == FAILED
    assert "there is no service fruit" in done.stderr
    assert "choose among todos, users" in done.stderr


def test_rollbacks_bring_back_one_release_after_the_other_without_a_migration(world: World) -> None:
    world.push("1.2.0")
    world.deploy("--image-tag", "1.1.0")
    world.deploy("--image-tag", "1.2.0")
    world.cluster.calls.clear()
    done = world.deploy("--rollback")
    assert done.returncode == OK, done.stderr
    assert world.served() == world.released() == {"users": "1.1.0", "todos": "1.1.0"}
    world.deploy("--rollback")
    assert world.served() == world.released() == {"users": "1.0.0", "todos": "1.0.0"}
    assert "RunTask" not in world.cluster.calls


def test_a_rollback_from_the_first_release_says_that_there_is_nothing_before(world: World) -> None:
    done = world.deploy("--rollback")
    assert done.returncode == FAILED
    assert "no release to go back to" in done.stderr


def test_a_rollback_can_name_its_release(world: World) -> None:
    done = world.deploy("--rollback", "--image-tag", "1.1.0")
    assert done.returncode == OK, done.stderr
    assert world.served()["users"] == "1.1.0"


def test_a_plan_of_a_release_changes_nothing(world: World) -> None:
    done = world.run("dev", "--plan", "--image-tag", "1.1.0")
    assert done.returncode == OK, done.stderr
    assert "would replace users 1.0.0 by 1.1.0: users-api, users-worker" in done.stdout
    assert "would run: migrate of users" in done.stdout
    assert world.released("next") == world.released() == {"users": "1.0.0", "todos": "1.0.0"}
    assert not {"RunTask", "UpdateService"} & set(world.cluster.calls)


def test_a_change_of_the_configuration_is_not_slipped_in_with_a_release(world: World) -> None:
    write_variables(world, topic="other")
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == FAILED
    assert "the configuration itself has changes: aws_sns_topic.notices" in flat(done.stderr)
    assert world.released("next") == {"users": "1.0.0", "todos": "1.0.0"}
    assert world.deploy("--apply", "--image-tag", "1.1.0").returncode == OK
    assert world.served()["users"] == "1.1.0"


def test_a_rollback_that_is_refused_changes_nothing(world: World) -> None:
    assert world.deploy("--image-tag", "1.1.0").returncode == OK
    write_variables(world, topic="other")
    done = world.deploy("--rollback")
    assert done.returncode == FAILED
    assert "deploy from the commit whose configuration is in place" in flat(done.stderr)
    assert world.released("next") == world.released() == {"users": "1.1.0", "todos": "1.1.0"}


def test_what_holds_data_is_destroyed_only_when_it_is_named(world: World) -> None:
    write_variables(world, key="id")
    done = world.run("dev", "--plan")
    assert "This destroys what holds data: aws_dynamodb_table.notes" in flat(done.stdout)
    for also in ([], ["--image-tag", "1.1.0"], ["--allow-destroy", "aws_dynamodb_table.others"]):
        done = world.deploy("--apply", *also)
        assert done.returncode == FAILED
        assert "the plan destroys what holds data: aws_dynamodb_table.notes" in flat(done.stderr)
        assert "--apply --allow-destroy 'aws_dynamodb_table.notes'" in flat(done.stderr)
    assert world.released("next") == {"users": "1.0.0", "todos": "1.0.0"}
    assert world.deploy("--apply", "--allow-destroy", "aws_dynamodb_table.notes").returncode == OK
    assert "No changes." in world.run("dev", "--plan").stdout


def test_a_drift_is_an_exit_code_where_none_is_expected(world: World) -> None:
    write_variables(world, topic="other")
    assert world.run("dev", "--plan").returncode == OK
    done = world.run("dev", "--plan", "--expect-none")
    assert done.returncode == FAILED
    assert "none were expected" in done.stdout


def test_a_plan_that_was_looked_at_is_the_one_that_is_applied(world: World, tmp_path: Path) -> None:
    write_variables(world, topic="other")
    plan = tmp_path / "reviewed"
    assert world.run("dev", "--plan", "--plan-file", str(plan)).returncode == OK
    assert plan.stat().st_mode & 0o077 == 0
    write_variables(world, topic="not reviewed")
    assert world.deploy("--apply", "--plan-file", str(plan)).returncode == OK
    state = json.loads(_state(world))
    topic = next(one for one in state["resources"] if one["type"] == "aws_sns_topic")
    assert topic["instances"][0]["attributes"]["name"].endswith("-other")


def test_a_stale_plan_is_refused(world: World, tmp_path: Path) -> None:
    write_variables(world, topic="other")
    plan = tmp_path / "reviewed"
    world.run("dev", "--plan", "--plan-file", str(plan))
    write_variables(world, topic="third")
    assert world.deploy("--apply").returncode == OK
    done = world.deploy("--apply", "--plan-file", str(plan))
    assert done.returncode == FAILED
    assert "the plan is stale" in done.stderr
    assert "next: plan again" in done.stderr


def test_a_restart_gives_the_databases_their_passwords_then_replaces_every_task(world: World) -> None:
    before = {name: service.number for name, service in world.cluster.services.items()}
    done = world.deploy("--apply", "--restart")
    assert done.returncode == OK, done.stderr
    assert all(service.number > before[name] for name, service in world.cluster.services.items())
    order = [one for one in world.cluster.calls if one in {"RunTask", "UpdateService"}]
    assert order == ["RunTask", *["UpdateService"] * len(before)]
    assert world.served() == {"users": "1.0.0", "todos": "1.0.0"}


def test_a_plan_is_not_applied_when_there_is_nobody_to_ask(world: World) -> None:
    site = ["--connect-to", f"127.0.0.1:{world.site.port}", "--ca", str(world.site.authority)]
    done = world.run("dev", "--image-tag", "1.1.0", *site)
    assert done.returncode == USAGE
    assert "standard input is not a terminal" in done.stderr
    assert world.released("next") == world.released() == {"users": "1.0.0", "todos": "1.0.0"}


def test_on_a_terminal_it_asks_and_a_no_changes_nothing(world: World) -> None:
    controller, terminal = pty.openpty()
    words = world.for_dev("--image-tag", "1.1.0")
    words.remove("--yes")
    process = world.begin(*words, stdin=terminal)
    os.write(controller, b"n\n")
    out, err = process.communicate(timeout=240)
    os.close(controller)
    os.close(terminal)
    assert process.returncode == FAILED
    assert "Apply this plan to dev? [y/N]" in out
    assert "the plan was declined and not applied" in err
    assert world.released("next") == world.released() == {"users": "1.0.0", "todos": "1.0.0"}


def _state(world: World) -> bytes:
    kept = world.provider.s3.get_object(Bucket=world.provider.bucket, Key=world.provider.key)
    return bytes(kept["Body"].read())
