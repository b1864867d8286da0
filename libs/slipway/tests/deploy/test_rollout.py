"""What a deployment on the cluster has come to, and why, where it went back."""

from collections.abc import Mapping
from typing import Any

import pytest
from libs.slipway.tests.deploy.fakes import FakeAws
from libs.slipway.tests.deploy.samples import TARGET, TODOS

from slipway.deploy import rollout
from slipway.deploy.rollout import RolloutResult
from slipway.terminal.problems import Problem

ONE_ROLE = {"todos": TODOS.model_copy(update={"services": {"api": "todos"}})}
REVISION = {"runningTaskCount": 1, "requestedTaskCount": 2}


class Cluster:
    """A cluster with one service, whose states are given one after another."""

    def __init__(self) -> None:
        self.deployments: list[dict[str, Any]] = []
        self.running = "arn:todos:2"
        self.latest = "arn:todos:2"
        self.services: list[dict[str, Any]] = [self.service()]

    def service(self, **changes: Any) -> dict[str, Any]:
        present = {"desiredCount": 2, "runningCount": 2, "taskDefinition": self.running, "deployments": []}
        return {**present, **changes}

    def aws(self) -> FakeAws:
        return FakeAws(
            answers={
                "list_service_deployments": self._list,
                "describe_service_deployments": lambda _asked: {"serviceDeployments": [self._next()]},
                "describe_services": self._describe,
                "describe_task_definition": self._definition,
                "update_service": lambda _asked: {},
            }
        )

    def _list(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        briefs = [
            {"createdAt": 1, "serviceDeploymentArn": "old"},
            {"createdAt": 2, "serviceDeploymentArn": "x"},
        ]
        return {"serviceDeployments": briefs if self.deployments else []}

    def _next(self) -> dict[str, Any]:
        return self.deployments.pop(0) if len(self.deployments) > 1 else self.deployments[0]

    def _describe(self, _asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"services": [self.services.pop(0)] if len(self.services) > 1 else self.services[:1]}

    def _definition(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        arn = self.latest if asked["taskDefinition"] == "todos" else asked["taskDefinition"]
        tag = arn.rpartition(":")[2]
        return {
            "taskDefinition": {
                "taskDefinitionArn": arn,
                "family": "todos",
                "containerDefinitions": [{"image": f"registry.test/todos:1.{tag}.0"}],
            }
        }


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A cluster that is asked three times at most, without pauses."""
    monkeypatch.setattr(rollout, "poll", lambda _seconds: iter((0.0, 1.0, 2.0)))
    return Cluster()


def outcome(cluster: Cluster) -> RolloutResult:
    (found,) = rollout.wait(cluster.aws(), TARGET, ONE_ROLE, timeout=120)
    return found


def test_a_deployment_that_succeeds_is_waited_for(cluster: Cluster) -> None:
    cluster.deployments = [
        {"status": "IN_PROGRESS", "targetServiceRevision": REVISION},
        {"status": "SUCCESSFUL"},
    ]
    assert outcome(cluster) == RolloutResult("todos", "api", "1.2.0", "")


def test_one_that_is_said_to_be_successful_while_tasks_start_is_not_over(cluster: Cluster) -> None:
    cluster.deployments = [{"status": "SUCCESSFUL"}]
    aws = cluster.aws()
    cluster.services = [cluster.service(runningCount=1), cluster.service()]
    rollout.wait(aws, TARGET, ONE_ROLE, timeout=120)
    assert len(aws.asked_for("describe_services")) == 2


def test_a_list_of_deployments_that_is_old_does_not_end_the_wait(cluster: Cluster) -> None:
    cluster.deployments = [{"status": "SUCCESSFUL"}]
    cluster.services = [cluster.service(deployments=[{"rolloutState": "IN_PROGRESS"}])]
    with pytest.raises(Problem, match="still being deployed"):
        outcome(cluster)


def test_where_nothing_was_deployed_for_months_what_runs_counts(cluster: Cluster) -> None:
    assert outcome(cluster) == RolloutResult("todos", "api", "1.2.0", "")


def test_a_rollback_names_the_tag_that_runs_and_every_reason(cluster: Cluster) -> None:
    cluster.running = "arn:todos:1"
    cluster.services = [cluster.service(events=[{"message": "a task failed its health check"}])]
    cluster.deployments = [
        {
            "status": "ROLLBACK_SUCCESSFUL",
            "statusReason": "the circuit breaker was triggered",
            "deploymentCircuitBreaker": {"status": "TRIGGERED", "failureCount": 3, "threshold": 3},
            "alarms": {"triggeredAlarmNames": ["todos-5xx", "todos-slow"]},
        }
    ]
    found = outcome(cluster)
    assert found.tag == "1.1.0"
    for words in (
        "ended as ROLLBACK_SUCCESSFUL",
        "the circuit breaker was triggered",
        "3 of 3 failures",
        "alarms: todos-5xx, todos-slow",
        "a task failed its health check",
    ):
        assert words in found.reason


def test_one_that_succeeded_with_an_older_definition_is_not_the_wanted_one(cluster: Cluster) -> None:
    cluster.latest = "arn:todos:3"
    cluster.deployments = [{"status": "SUCCESSFUL"}]
    assert "ended as SUCCESSFUL" in outcome(cluster).reason


def test_when_time_is_up_the_cluster_s_last_words_are_said(cluster: Cluster) -> None:
    cluster.deployments = [{"status": "IN_PROGRESS"}]
    events = [{"message": f"event {number}"} for number in range(5)]
    cluster.services = [cluster.service(events=events)]
    with pytest.raises(Problem, match=r"after 2 minutes todos is still being deployed") as caught:
        outcome(cluster)
    assert "todos: event 2" in caught.value.what
    assert "event 3" not in caught.value.what
    assert "--rollback" in caught.value.next_step


def test_a_service_that_is_not_there_says_what_to_do(cluster: Cluster) -> None:
    cluster.services = []
    cluster.deployments = [{"status": "SUCCESSFUL"}]
    with pytest.raises(Problem, match="there is no service todos on the cluster shop") as caught:
        outcome(cluster)
    assert "--apply" in caught.value.next_step


def test_only_roles_that_run_nothing_and_have_a_floor_are_started(cluster: Cluster) -> None:
    aws = cluster.aws()
    cluster.services = [cluster.service(desiredCount=0)]
    rollout.start_empty(aws, TARGET, {"todos": TODOS})
    expected = {"cluster": "shop", "service": "todos", "desiredCount": 2, "forceNewDeployment": True}
    assert aws.asked_for("update_service") == [expected]


def test_a_role_that_runs_is_left_at_its_size(cluster: Cluster) -> None:
    aws = cluster.aws()
    rollout.start_empty(aws, TARGET, {"todos": TODOS})
    assert aws.asked_for("update_service") == []


def test_a_restart_replaces_the_tasks_of_every_role(cluster: Cluster) -> None:
    aws = cluster.aws()
    rollout.restart(aws, TARGET, {"todos": TODOS})
    assert [one["service"] for one in aws.asked_for("update_service")] == ["todos", "todos-worker"]
    assert all(one["forceNewDeployment"] for one in aws.asked_for("update_service"))
