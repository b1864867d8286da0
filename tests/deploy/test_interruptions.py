"""Two at once, and killed half-way."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.deploy.world import World, lines
from tests.structure.aws_program import complaints

from slipway.terminal.problems import BUSY, FAILED, INTERRUPTED, OK

pytestmark = [pytest.mark.xdist_group("deploy"), pytest.mark.long]
AFTER = {"users": "1.1.0", "todos": "1.1.0"}


def _until(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until it is so; a deployment that ends before that is the failure."""
    while not condition():
        if process.poll() is not None:
            raise AssertionError(process.communicate())
        time.sleep(0.05)


def _kill_when(world: World, condition: Callable[[], object], *arguments: str) -> None:
    process = world.begin(*world.for_dev(*arguments))
    _until(condition, process)
    process.kill()
    process.communicate()


def _is_waited_for(world: World) -> bool:
    """Whether the deployment of users that does not come to its end has been asked about."""
    service = world.cluster.services["users-api"]
    return service.held and service.asked > 0


def _migrations(world: World) -> list[str]:
    return [task.arn for task in world.cluster.tasks.values() if task.family.endswith("-migrate")]


def test_a_second_deployment_is_told_who_is_at_work(world: World) -> None:
    world.cluster.next_task = {"held": True}
    before = len(_migrations(world))
    first = world.begin(*world.for_dev("--image-tag", "1.1.0"))
    _until(lambda: len(_migrations(world)) > before, first)
    second = world.deploy("--image-tag", "1.1.0")
    for task in world.cluster.tasks.values():
        task.held = False
    out, err = first.communicate(timeout=240)
    assert second.returncode == BUSY
    assert f"is deploying here (process {first.pid} on " in second.stderr
    assert first.returncode == OK, out + err
    assert world.served() == AFTER


def test_the_lease_is_given_back_at_the_end_and_after_a_failure(world: World) -> None:
    world.cluster.next_task = {"exit_code": 1}
    assert world.deploy("--image-tag", "1.1.0").returncode == FAILED
    world.cluster.next_task = {}
    assert world.deploy("--image-tag", "1.1.0").returncode == OK
    assert not _lease(world)


def test_a_lease_of_another_machine_ends_by_itself(world: World) -> None:
    _write_lease(world, until=time.time() + 100)
    done = world.deploy("--apply")
    assert done.returncode == BUSY
    [asked] = [line for line in lines(done.stdout) if "get-object" in line]
    assert asked.endswith(" /dev/stdout")
    assert complaints(asked) == []
    _write_lease(world, until=time.time() - 1)
    assert world.deploy("--apply").returncode == OK


def test_a_lease_that_is_no_lease_does_not_lock_everybody_out(world: World) -> None:
    world.provider.s3.put_object(Bucket=world.provider.bucket, Key="dev/deployment.lock", Body=b"fruit")
    assert world.deploy("--apply").returncode == OK


def test_a_deployment_that_lost_its_lease_changes_nothing_any_more(world: World) -> None:
    world.cluster.next_task = {"held": True}
    before = len(_migrations(world))
    first = world.begin(*world.for_dev("--image-tag", "1.1.0"))
    _until(lambda: len(_migrations(world)) > before, first)
    _write_lease(world, until=time.time() + 100)
    world.cluster.tasks[_migrations(world)[-1].rpartition("/")[2]].held = False
    _, err = first.communicate(timeout=240)
    assert first.returncode == BUSY
    assert "the lease of this deployment was lost" in err
    assert world.released()["users"] == "1.0.0"
    assert _lease(world)


def test_the_states_lock_of_a_plan_elsewhere_is_respected(world: World) -> None:
    lock = {
        "ID": "b9b1c3f0-3a3c-4c87-9cf9-6f1b2bb7d0a1",
        "Operation": "OperationTypeApply",
        "Who": "anna@desk",
    }
    key = f"{world.provider.key}.tflock"
    world.provider.s3.put_object(Bucket=world.provider.bucket, Key=key, Body=json.dumps(lock).encode())
    done = world.deploy("--plan", "--lock-timeout", "1")
    assert done.returncode == BUSY
    assert "the state is locked" in done.stderr
    assert "anna@desk" in done.stderr
    unlock = f"terraform -chdir={world.root / 'infra/terraform/suite'} force-unlock {lock['ID']}"
    assert f"TF_DATA_DIR={world.root / '.slipway/deploy/dev/terraform'} {unlock}" in done.stderr


def test_killed_while_it_migrates_it_goes_on_with_the_same_migration(world: World) -> None:
    world.cluster.next_task = {"held": True}
    before = len(_migrations(world))
    _kill_when(world, lambda: len(_migrations(world)) > before, "--image-tag", "1.1.0")
    for task in world.cluster.tasks.values():
        task.held = False
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == OK, done.stderr
    assert world.served() == AFTER
    assert len(_migrations(world)) == before + 1


def test_the_migration_of_another_release_is_awaited_but_not_taken_for_ours(world: World) -> None:
    world.push("1.2.0")
    world.cluster.next_task = {"held": True, "exit_code": 9, "lines": ["the migration of 1.1.0"]}
    before = len(_migrations(world))
    _kill_when(world, lambda: len(_migrations(world)) > before, "--image-tag", "1.1.0")
    world.cluster.next_task = {"lines": ["the migration of 1.2.0"]}
    theirs = world.cluster.tasks[_migrations(world)[-1].rpartition("/")[2]]
    asked = theirs.asked
    process = world.begin(*world.for_dev("--image-tag", "1.2.0"))
    _until(lambda: theirs.asked > asked, process)
    assert len(_migrations(world)) == before + 1
    theirs.held = False
    out, err = process.communicate(timeout=240)
    assert process.returncode == OK, err
    assert "| the migration of 1.2.0" in out
    assert len(_migrations(world)) == before + 2
    assert world.served()["users"] == "1.2.0"


def test_killed_between_the_two_applies_it_goes_on(world: World) -> None:
    _kill_when(world, lambda: world.released() == AFTER, "--image-tag", "1.1.0")
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == OK, done.stderr
    assert world.served() == world.released() == AFTER


def test_killed_while_it_waits_it_goes_on_waiting(world: World) -> None:
    world.cluster.holds = {"users-api"}
    _kill_when(world, lambda: _is_waited_for(world), "--image-tag", "1.1.0")
    world.cluster.services["users-api"].held = False
    done = world.deploy("--image-tag", "1.1.0")
    assert done.returncode == OK, done.stderr
    assert world.served() == AFTER


def test_interrupted_it_says_so_and_gives_the_lease_back(world: World) -> None:
    world.cluster.holds = {"users-api"}
    process = world.begin(*world.for_dev("--image-tag", "1.1.0"))
    _until(lambda: _is_waited_for(world), process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert "interrupted\nnext: run the same command again" in err
    assert not _lease(world)


# Stands before terraform: an apply that ends when it is told to, and needs a moment to write its state.
_SLOW = """\
#!/bin/sh
case " $* " in
*" apply "*)
    trap 'sleep 1; echo "has written its state" >>"{log}"; exit 1' INT
    echo began >>"{log}"
    while :; do sleep 0.1; done
    ;;
esac
exec "{terraform}" "$@"
"""


def test_interrupted_while_terraform_applies_it_lets_it_write_its_state(world: World, tmp_path: Path) -> None:
    log, program = tmp_path / "log", tmp_path / "terraform"
    program.write_text(_SLOW.format(log=log, terraform=world.programs / "terraform"))
    program.chmod(0o755)
    path = f"{tmp_path}:{world.environment()['PATH']}"
    process = world.begin(*world.for_dev("--image-tag", "1.1.0"), PATH=path)
    _until(log.exists, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert log.read_text() == "began\nhas written its state\n"
    assert process.returncode == INTERRUPTED
    assert "next: run the same command again" in err
    assert not _lease(world)
    assert world.deploy("--image-tag", "1.1.0").returncode == OK
    assert world.served() == AFTER


def _lease(world: World) -> list[str]:
    found = world.provider.s3.list_objects_v2(Bucket=world.provider.bucket, Prefix="dev/deployment.lock")
    return [item["Key"] for item in found.get("Contents", [])]


def _write_lease(world: World, *, until: float) -> None:
    holder = {"who": "arn:aws:iam::000000000000:role/x", "host": "elsewhere", "process": 7, "began": 1.0}
    body = json.dumps({**holder, "until": until}).encode()
    world.provider.s3.put_object(Bucket=world.provider.bucket, Key="dev/deployment.lock", Body=body)
