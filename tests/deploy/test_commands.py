"""A command of a service, run once in AWS."""

from __future__ import annotations

from typing import Any

import pytest
from tests.deploy.cluster import Cluster

from slipway.deploy import tasks
from slipway.deploy.aws import AwsAccount
from slipway.deploy.target import Target
from slipway.terminal.problems import Problem

TARGET = Target.model_validate(
    {
        "region": "eu-west-1",
        "site_bucket": "shop-site",
        "cluster": "cluster",
        "subnets": ["subnet-1"],
        "architecture": "arm64",
        "preparations": {},
        "services": {
            "users": {
                "repository": "registry/users",
                "architecture": "ARM64",
                "functions": {},
                "release": {"next": "/users/next", "current": "/users/current", "image": "/users/image"},
                "tags": {"next": "1.0.0", "current": "1.0.0", "image": "sha256:1"},
                "services": {},
                "floors": {},
                "one_off_tasks": {"migrate": "users-migrate"},
                "log_groups": {"migrate": "/users/migrate"},
                "security_group": "sg-1",
                "url": None,
            }
        },
    }
)


class MemoryAws(AwsAccount):
    """AWS as the cluster in memory answers; `given` is what each call was told."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__("eu-west-1")
        self.cluster = cluster
        self.given: list[dict[str, Any]] = []

    def ask(self, _service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Answer an operation from the cluster, and keep what was asked."""
        self.given.append(parameters)
        return self.cluster.answer(operation, parameters)


@pytest.fixture
def aws() -> MemoryAws:
    cluster = Cluster()
    cluster.register("users-migrate", [{"name": "users", "image": "registry/users:1.0.0"}])
    return MemoryAws(cluster)


def run(aws: MemoryAws, *command: str) -> None:
    task = tasks.of_command("users", TARGET.services["users"], command)
    tasks.run_command(aws, TARGET, task, timeout=60)


def test_the_one_off_task_of_the_service_is_told_another_command(aws: MemoryAws) -> None:
    run(aws, "grant", "--", "ann@example.com", "posts:write")
    [told] = [given for given in aws.given if "overrides" in given]
    assert told["taskDefinition"] == "users-migrate"
    override = {"name": "users", "command": ["grant", "--", "ann@example.com", "posts:write"]}
    assert told["overrides"] == {"containerOverrides": [override]}


def test_a_migration_that_runs_meanwhile_is_not_taken_for_it(aws: MemoryAws) -> None:
    aws.cluster.next_task = {"held": True}
    aws.call("ecs", "run_task", taskDefinition="users-migrate")
    aws.cluster.next_task = {}
    run(aws, "grant", "--", "ann@example.com", "posts:write")
    assert len(aws.cluster.tasks) == 2


def test_a_command_that_fails_shows_its_log(aws: MemoryAws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.cluster.next_task = {"exit_code": 1, "lines": ["no account has this e-mail address"]}
    with pytest.raises(Problem, match="grant of users failed: exit code 1"):
        run(aws, "grant", "--", "nobody@example.com", "posts:write")
    assert "| no account has this e-mail address" in capsys.readouterr().out


def test_a_service_without_one_off_tasks_has_no_commands() -> None:
    users = TARGET.services["users"].model_copy(update={"one_off_tasks": {}})
    with pytest.raises(Problem, match="no one-off task"):
        tasks.of_command("users", users, ("grant",))
